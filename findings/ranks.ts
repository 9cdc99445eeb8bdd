/**
 * Pitfall one: do short schedules and small models rank cells as long schedules and big models do? Bigger is nearly
 * always better, so ranks over all cells agree anyway; what matters is whether, of two cells of similar cost, the
 * better one stays the better one. Kendall's tau over such pairs: 1 all agree, 0 half do, -1 none.
 */
import { linesAlong, type MeasuredCell } from './cells.ts';
import { verdictAgainst, type MeasuredDraft } from './draft.ts';
import { cellName, type Scope, type WantedCell } from './finding.ts';
import { eachOnce, percentileInterval, resampleCells, type Resampling, type Times } from './resample.ts';
import { pairsAtMatchedCost, type MatchedPair } from './spread.ts';
import { wilson } from './wilson.ts';
import { strategyNames } from './words.ts';

/** Similar cost: within a factor of 1.5, so that a grid of few cells still has pairs. */
const LIKE_COST = 1.5;
/** Three pairs in four keep their order. Below it, the small scale is no guide. */
const TRUSTED_TAU = 0.5;

/** Cells measured at two values of one axis, all else equal. */
interface Shared {
  readonly low: MeasuredCell;
  readonly high: MeasuredCell;
}

export function rankAgreement(cells: readonly MeasuredCell[], options: Resampling): MeasuredDraft[] {
  return (['epochs', 'width', 'depth'] as const).flatMap((strategy) => {
    const values = [...new Set(cells.map((cell) => cell[strategy]))].sort((a, b) => a - b);
    // Every schedule against the longest; of networks the smallest against the biggest, where a rule would come from.
    const lows = strategy === 'epochs' ? values.slice(0, -1) : values.slice(0, values.length > 1 ? 1 : 0);
    return lows.map((low) => agreement(cells, strategy, low, values.at(-1)!, options));
  });
}

function agreement(
  cells: readonly MeasuredCell[],
  strategy: 'epochs' | 'width' | 'depth',
  low: number,
  high: number,
  options: Resampling,
): MeasuredDraft {
  const shared: Shared[] = [];
  const wanted: WantedCell[] = [];
  for (const line of linesAlong(cells, strategy).values()) {
    const [a, b] = [line.find((cell) => cell[strategy] === low), line.find((cell) => cell[strategy] === high)];
    if (a !== undefined && b !== undefined && a.costs.flops !== null) shared.push({ low: a, high: b });
    else if (a !== undefined && b === undefined) wanted.push({ ...cellName(a), axes: a.axes, [strategy]: high });
  }
  const pairs = pairsAtMatchedCost(
    shared.map((cell) => cell.low.costs.flops!),
    LIKE_COST,
  );
  const tau = (times: Times): number | undefined => tauOf(shared, pairs, times);
  const effect = tau(eachOnce(shared.length)) ?? null;
  const interval =
    effect === null ? null : tauInterval(effect, shared.length, resampleCells(shared.length, tau, options));
  const isEpochs = strategy === 'epochs';
  const all = tauOf(
    shared,
    pairsAtMatchedCost(
      shared.map((cell) => cell.low.costs.flops!),
      Infinity,
    ),
    eachOnce(shared.length),
  );
  return {
    kind: 'measured',
    slug: isEpochs ? 'short-predicts-long' : 'small-predicts-large',
    question: isEpochs
      ? `Does the ranking of cells at ${low} epochs hold at ${high}, at like FLOPs?`
      : `Does the ranking of cells at ${strategyNames[strategy]} ${low} hold at ${high}, at like FLOPs?`,
    axis: 'flops',
    scope: { [strategy]: [low, high] } satisfies Scope,
    unit: "Kendall's tau",
    effect,
    interval,
    pairs: pairs.length,
    p: null,
    verdict: verdictAgainst(interval, TRUSTED_TAU),
    note: `Supported means tau above ${TRUSTED_TAU} (three pairs in four keep their order)${all === undefined ? '' : `; over pairs of any cost, tau is ${all.toFixed(2)}`}.`,
    wanted,
  };
}

/**
 * Percentiles over resampled cells; at least as wide as Wilson's interval for as many independent pairs as there are
 * cells, because resampling pairs that all agree gives an interval of width 0.
 */
function tauInterval(tau: number, cells: number, samples: readonly number[]): [number, number] | null {
  const percentiles = percentileInterval(samples);
  if (percentiles === null) return null;
  const [low, high] = wilson(((1 + tau) / 2) * cells, cells);
  return [Math.min(percentiles[0], 2 * low - 1), Math.max(percentiles[1], 2 * high - 1)];
}

/** (agreeing - disagreeing) / pairs; a tie on either side counts as neither. */
function tauOf(shared: readonly Shared[], pairs: readonly MatchedPair[], times: Times): number | undefined {
  let sum = 0;
  let weight = 0;
  for (const { a, b } of pairs) {
    const w = times[a]! * times[b]!;
    if (w === 0) continue;
    const [x, y] = [shared[a]!, shared[b]!];
    sum += w * Math.sign(x.low.top1 - y.low.top1) * Math.sign(x.high.top1 - y.high.top1);
    weight += w;
  }
  return weight === 0 ? undefined : sum / weight;
}
