/**
 * Pitfall one: do short schedules and small models rank cells as long schedules and big models do? Bigger is nearly
 * always better, so ranks over all cells agree anyway; what matters is whether, of two cells of similar cost, the
 * better one stays the better one. Kendall's tau over such pairs: 1 all agree, 0 half do, -1 none.
 *
 * Only cells of one schedule and setting are paired: the longer trained of two cells stays ahead at every size, which says
 * nothing about size. One network's ranks at several schedules are no independent evidence, so networks are resampled,
 * each with all its schedules.
 */
import { disattenuated, disattenuatedInterval } from './attenuation.ts';
import type { MeasuredCell } from './cells.ts';
import { verdictAgainst, type MeasuredDraft } from './draft.ts';
import type { Scope } from './finding.ts';
import type { NoiseModel } from './noise.ts';
import { rankedPairs, sharedCells, tauOf, type RankedPair, type Tau } from './ranked-pairs.ts';
import { eachOnce, percentileInterval, resampleCells, type Resampling } from './resample.ts';
import { wilson } from './wilson.ts';
import { strategyNames } from './words.ts';

/** Similar cost: within a factor of 1.5, so that a grid of few cells still has pairs. */
const LIKE_COST = 1.5;
/** Three pairs in four keep their order. Below it, the small scale is no guide. */
const TRUSTED_TAU = 0.5;
/** Of fewer networks, or pairs of them, chance alone makes any tau. */
const LEAST_NETWORKS = 4;

export function rankAgreement(cells: readonly MeasuredCell[], noise: NoiseModel, options: Resampling): MeasuredDraft[] {
  return (['epochs', 'width', 'depth'] as const).flatMap((strategy) => {
    const values = [...new Set(cells.map((cell) => cell[strategy]))].sort((a, b) => a - b);
    // Every schedule against the longest; of networks the smallest against the biggest, where a rule would come from.
    const lows = strategy === 'epochs' ? values.slice(0, -1) : values.slice(0, values.length > 1 ? 1 : 0);
    return lows.map((low) => agreement(cells, strategy, low, values.at(-1)!, noise, options));
  });
}

function agreement(
  cells: readonly MeasuredCell[],
  strategy: 'epochs' | 'width' | 'depth',
  low: number,
  high: number,
  noise: NoiseModel,
  options: Resampling,
): MeasuredDraft {
  const { shared, networks, wanted } = sharedCells(cells, strategy, low, high);
  const pairs = rankedPairs(shared, LIKE_COST, noise);
  const found = tauOf(pairs, eachOnce(networks));
  const answer = found === undefined ? null : corrected(found, pairs, networks, options);
  const all = tauOf(rankedPairs(shared, Infinity, noise), eachOnce(networks));
  const isEpochs = strategy === 'epochs';
  const told = [`Supported means tau above ${TRUSTED_TAU} (three pairs in four keep their order)`];
  if (answer !== null) told.push(answer.note);
  if (all !== undefined) told.push(`over pairs of any cost, tau is ${all.tau.toFixed(2)}`);
  return {
    kind: 'measured',
    slug: isEpochs ? 'short-predicts-long' : 'small-predicts-large',
    question: isEpochs
      ? `Does the ranking of cells at ${low} epochs hold at ${high}, at like FLOPs?`
      : `Does the ranking of cells at ${strategyNames[strategy]} ${low} hold at ${high}, at like FLOPs?`,
    axis: 'flops',
    scope: { [strategy]: [low, high] } satisfies Scope,
    unit: "Kendall's tau",
    effect: answer?.effect ?? null,
    interval: answer?.interval ?? null,
    pairs: pairs.length,
    p: null,
    verdict: found === undefined ? null : verdictAgainst(answer?.interval ?? null, TRUSTED_TAU),
    note: `${told.join('; ')}.`,
    wanted,
  };
}

function corrected({ tau, strength }: Tau, pairs: readonly RankedPair[], networks: number, options: Resampling) {
  if (networks < LEAST_NETWORKS || pairs.length < LEAST_NETWORKS) {
    return { effect: tau, interval: null, note: `fewer than ${LEAST_NETWORKS} networks or pairs are no ranking` };
  }
  const samples = resampleCells(networks, (times) => tauOf(pairs, times), options);
  const observed = observedInterval(
    tau,
    networks,
    samples.map((sample) => sample.tau),
  );
  if (strength === null) {
    const note = 'the noise of seeds is not known: the true tau lies further from 0 than this';
    return { effect: tau, interval: observed && disattenuatedInterval(observed, [0, 1]), note };
  }
  const strengths = percentileInterval(samples.map((sample) => sample.strength!));
  const interval = observed && strengths && disattenuatedInterval(observed, strengths);
  const note =
    strength === 0
      ? 'differences of cells of like FLOPs are no larger than seeds make: there is nothing to rank'
      : `seed noise taken out: observed tau is ${tau.toFixed(2)}`;
  return { effect: strength === 0 ? tau : disattenuated(tau, strength), interval, note };
}

/**
 * Percentiles over resampled networks; at least as wide as Wilson's interval for as many independent pairs as there are
 * networks, because resampling pairs that all agree gives an interval of width 0.
 */
function observedInterval(tau: number, networks: number, samples: readonly number[]): [number, number] | null {
  const percentiles = percentileInterval(samples);
  if (percentiles === null) return null;
  const [low, high] = wilson(((1 + tau) / 2) * networks, networks);
  return [Math.min(percentiles[0], 2 * low - 1), Math.max(percentiles[1], 2 * high - 1)];
}
