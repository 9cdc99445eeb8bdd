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
import { effectThatMatters } from './smallest-effect.ts';
import { axisNames } from './words.ts';

/** Costs within a tenth of each other are near enough to bring together. */
const SAME_COST = 1.1;
/** Of fewer pairs the spread is a matter of chance. */
const LEAST_PAIRS = 4;
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
  const noises = noisesOf(pairs, cells, noise);
  const gaps = pairs.map(({ a, b }) => gapOf(cells[a]!, cells[b]!, law));
  const excess = (times: Times): number | undefined => excessOver(pairs, gaps, noises, times);
  const isEnough = pairs.length >= LEAST_PAIRS && noises !== null;
  const observed = isEnough ? percentileInterval(resampleCells(cells.length, excess, options)) : null;
  const interval = observed && noises && withNoiseUnsure(observed, mean(noises), cells.length, dfOf(cells, noise));
  const chance = noises === null ? null : mean(noises.map((variance) => Math.sqrt((2 * variance) / Math.PI)));
  return [
    {
      kind: 'measured',
      slug: 'spread-at-matched-cost',
      question: `Do cells of equal ${axisNames[axis]} differ in accuracy by more than noise?`,
      axis,
      scope,
      unit: 'points of top-1, mean difference of two cells beyond noise',
      effect: asGap(excess(eachOnce(cells.length))!),
      interval,
      pairs: pairs.length,
      p: null,
      verdict: verdictAgainst(interval, effectThatMatters(options.smallestEffect, cells)),
      note: `${chance === null ? 'The noise is not known' : `Noise alone makes ${chance.toFixed(2)} of the ${mean(gaps).toFixed(2)} observed`}; the largest difference is ${Math.max(...gaps).toFixed(1)}.`,
    },
  ];
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean |difference| of normal differences with this mean square; 0 where noise explains more than all of them. */
const asGap = (square: number): number => Math.sqrt((2 * Math.max(0, square)) / Math.PI);

/** Mean square of the differences less what noise makes of it; below 0 by chance. */
function excessOver(
  pairs: readonly MatchedPair[],
  gaps: readonly number[],
  noises: readonly number[] | null,
  times: Times,
): number | undefined {
  let sum = 0;
  let weight = 0;
  for (const [i, { a, b }] of pairs.entries()) {
    const w = times[a]! * times[b]!;
    sum += w * (gaps[i]! ** 2 - (noises?.[i] ?? 0));
    weight += w;
  }
  return weight === 0 ? undefined : sum / weight;
}

/**
 * The noise is an estimate itself: its error is taken off the low end, and the high end is never below what would be lost
 * in it. Without that, cells that differ less than noise has it would be equal for certain.
 */
function withNoiseUnsure(
  [low, high]: readonly [number, number],
  noise: number,
  cells: number,
  df: number,
): [number, number] {
  const unsure = 1.96 * noise * Math.sqrt(2 / df);
  return [asGap(low - unsure), asGap(Math.max(high, 1.96 * noise * Math.sqrt(2 / cells + 2 / df)))];
}

/** The fewest degrees of freedom that know the noise of one of the cells. */
function dfOf(cells: readonly MeasuredCell[], { groups, groupOf }: NoiseModel): number {
  return Math.min(
    ...cells.map(({ index }) => {
      const { seed, lackOfFit } = groups[groupOf[index]!]!;
      return Math.min(seed?.df ?? Infinity, lackOfFit?.df ?? Infinity);
    }),
  );
}

/** Points between two cells, both brought along the law to the (geometric) middle of their costs. */
function gapOf(a: MeasuredCell, b: MeasuredCell, { axis, logError }: Law): number {
  const half = (logError(Math.log(a.costs[axis]!)) - logError(Math.log(b.costs[axis]!))) / 2;
  return 100 * Math.abs(errorOf(a) * Math.exp(-half) - errorOf(b) * Math.exp(half));
}

/** Variance of each pair's difference by noise, points squared; `null` where the noise of one is not known. */
function noisesOf(pairs: readonly MatchedPair[], cells: readonly MeasuredCell[], noise: NoiseModel): number[] | null {
  const variances: number[] = [];
  for (const { a, b } of pairs) {
    const [x, y] = [varianceOf(noise, cells[a]!), varianceOf(noise, cells[b]!)];
    if (x === null || y === null) return null;
    variances.push(100 ** 2 * (x + y));
  }
  return variances;
}
