/**
 * How far cells of equal cost differ in accuracy: what the cost alone does not predict. Two cells of nearly equal cost are
 * moved along the law to the cost between them, and their difference is compared with what noise alone would give.
 */
import { errorOf } from './arms.ts';
import type { MeasuredCell } from './cells.ts';
import { verdictAgainst, type MeasuredDraft } from './draft.ts';
import type { MatchedCost, Scope } from './finding.ts';
import { varianceOf, type NoiseModel } from './noise.ts';
import { eachOnce, percentileInterval, resampleCells, type Resampling, type Times } from './resample.ts';
import { axisNames } from './words.ts';

/** Costs within a tenth of each other are near enough to bring together. */
const SAME_COST = 1.1;
/** Keeps a bootstrap over ten thousand cells quick; pairs are thinned evenly. */
const MOST_PAIRS = 1000;

export interface PredictorOptions extends Resampling {
  /** Points of top-1. */
  readonly smallestEffect: number;
}

export interface MatchedPair {
  readonly a: number;
  readonly b: number;
}

/** Positions of all pairs of cells with costs within `factor`, thinned to `MOST_PAIRS`. */
export function pairsAtMatchedCost(costs: readonly number[], factor: number): MatchedPair[] {
  const order = costs.map((_, i) => i).sort((a, b) => costs[a]! - costs[b]!);
  let end = 0;
  const counts = order.map((i, k) => {
    end = Math.max(end, k + 1);
    while (end < order.length && costs[order[end]!]! <= costs[i]! * factor) end++;
    return end - k - 1;
  });
  const total = counts.reduce((sum, count) => sum + count, 0);
  const stride = Math.max(1, total / MOST_PAIRS);
  const pairs: MatchedPair[] = [];
  let wanted = 0;
  let seen = 0;
  for (const [k, count] of counts.entries()) {
    while (wanted < seen + count) {
      pairs.push({ a: order[k]!, b: order[k + 1 + Math.floor(wanted - seen)]! });
      wanted += stride;
    }
    seen += count;
  }
  return pairs;
}

/** The law that error follows along the cost. */
export interface Law {
  readonly axis: MatchedCost;
  /** Log error at a log cost, up to a constant. */
  readonly logError: (logCost: number) => number;
  /** Cost at which its exponent changes, where that is shown. */
  readonly breakAt: number | undefined;
}

/** Over all costs, or below and above the break of the law. */
export function spreadAtMatchedCost(
  cells: readonly MeasuredCell[],
  law: Law,
  scope: Scope,
  noise: NoiseModel,
  options: PredictorOptions,
): MeasuredDraft[] {
  const { axis, breakAt } = law;
  if (breakAt === undefined) return spreadOf(cells, law, scope, noise, options);
  const at = Number(breakAt.toPrecision(2));
  const below = cells.filter((cell) => cell.costs[axis]! < breakAt);
  const above = cells.filter((cell) => cell.costs[axis]! >= breakAt);
  return [
    ...spreadOf(below, law, { ...scope, below: at }, noise, options),
    ...spreadOf(above, law, { ...scope, above: at }, noise, options),
  ];
}

function spreadOf(
  cells: readonly MeasuredCell[],
  law: Law,
  scope: Scope,
  noise: NoiseModel,
  options: PredictorOptions,
): MeasuredDraft[] {
  const { axis } = law;
  const pairs = pairsAtMatchedCost(
    cells.map((cell) => cell.costs[axis]!),
    SAME_COST,
  );
  if (pairs.length === 0) return [];
  const gaps = pairs.map(({ a, b }) => gapOf(cells[a]!, cells[b]!, law));
  const meanGap = (times: Times): number | undefined => {
    let sum = 0;
    let weight = 0;
    for (const [i, { a, b }] of pairs.entries()) {
      const w = times[a]! * times[b]!;
      sum += w * gaps[i]!;
      weight += w;
    }
    return weight === 0 ? undefined : sum / weight;
  };
  const interval = percentileInterval(resampleCells(cells.length, meanGap, options));
  const chance = gapByChance(pairs, cells, noise);
  const threshold = chance === null ? null : chance + options.smallestEffect;
  return [
    {
      kind: 'measured',
      slug: 'spread-at-matched-cost',
      question: `Do cells of equal ${axisNames[axis]} differ in accuracy by more than noise?`,
      axis,
      scope,
      unit: 'points of top-1, mean difference of two cells',
      effect: meanGap(eachOnce(cells.length))!,
      interval,
      pairs: pairs.length,
      p: null,
      verdict: verdictAgainst(interval, threshold),
      note: `${chance === null ? 'The noise is not known' : `Noise alone makes ${chance.toFixed(2)}`}; the largest difference is ${Math.max(...gaps).toFixed(1)}.`,
    },
  ];
}

/** Points between two cells, both brought along the law to the (geometric) middle of their costs. */
function gapOf(a: MeasuredCell, b: MeasuredCell, { axis, logError }: Law): number {
  const half = (logError(Math.log(a.costs[axis]!)) - logError(Math.log(b.costs[axis]!))) / 2;
  return 100 * Math.abs(errorOf(a) * Math.exp(-half) - errorOf(b) * Math.exp(half));
}

/** Mean of |difference| of two normal readings of one value, points; `null` where the noise of one is not known. */
function gapByChance(pairs: readonly MatchedPair[], cells: readonly MeasuredCell[], noise: NoiseModel): number | null {
  let sum = 0;
  for (const { a, b } of pairs) {
    const [x, y] = [varianceOf(noise, cells[a]!), varianceOf(noise, cells[b]!)];
    if (x === null || y === null) return null;
    sum += 100 * Math.sqrt((2 * (x + y)) / Math.PI);
  }
  return sum / pairs.length;
}
