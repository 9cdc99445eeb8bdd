/**
 * How far a cell's mean accuracy may lie from its expectation on a smooth law, over infinitely many seeds:
 * variance = lack of fit of the cell + seed variance / seeds + digitisation variance.
 *
 * Seed variance is pooled over the cells with several seeds; lack of fit is the deviation of cells from a smooth law
 * (smoothness.ts) beyond what their seeds explain. With one seed a cell, the two are known only together.
 */
import type { MeasuredCell } from './cells.ts';
import { countingVariance, UNKNOWN_IMAGES } from './counting-noise.ts';
import { groupBy } from './group-by.ts';
import { upperF } from '../results/statistics/index.ts';
import { lackOfFitOf, parallelDifferences, thirdDifferences, type LackOfFit, type Residual } from './smoothness.ts';

/** Pooled variance of one seed's accuracy within its cell. */
interface SeedVariance {
  readonly variance: number;
  readonly df: number;
}

/** The noise of the cells of one setting and schedule. */
export interface NoiseGroup {
  /** `null` with too few repeated cells to tell. */
  readonly seed: SeedVariance | null;
  /** `null` with too few cells in line to tell. */
  readonly lackOfFit: LackOfFit | null;
}

export interface NoiseModel {
  readonly groups: readonly NoiseGroup[];
  /** Position in `groups` of each cell, by its index. */
  readonly groupOf: readonly number[];
  readonly limits: readonly string[];
}

/** One residual says how far it lies off, and nothing about how far others would. */
const LEAST_DF = 2;
/** Below this many degrees of freedom a schedule borrows the noise of all schedules of its setting. */
export const ENOUGH_DF = 5;

/** `images`: of the minival that the accuracies were measured on. */
export function estimateNoise(cells: readonly MeasuredCell[], images: number = UNKNOWN_IMAGES): NoiseModel {
  const settings = groupBy(cells, (cell) => cell.setting);
  const groups: NoiseGroup[] = [];
  const groupOf: number[] = [];
  let borrowed = 0;
  for (const members of settings.values()) {
    const schedules = groupBy(members, (cell) => cell.epochs);
    const overall = { seed: seedVariance(members), lackOfFit: lackOfFit([...schedules.values()]) };
    for (const schedule of schedules.values()) {
      const own = { seed: seedVariance(schedule), lackOfFit: lackOfFit([schedule]) };
      const seeds = pick(own.seed, overall.seed);
      const fit = pick(own.lackOfFit, overall.lackOfFit);
      if (schedules.size > 1 && (seeds !== own.seed || fit !== own.lackOfFit)) borrowed++;
      const counting = countingVariance(schedule, images);
      const pooled = seeds && atLeast(seeds, counting);
      const borrowedFit = fit && atLeast(fit, counting * fit.perSeed);
      // A seed variance from too few repeats is known worse than the lack of fit, which includes it.
      const seed = pooled !== null && (pooled.df >= ENOUGH_DF || borrowedFit === null) ? pooled : null;
      for (const cell of schedule) groupOf[cell.index] = groups.length;
      groups.push({ seed, lackOfFit: beyondSeeds(seed, borrowedFit) });
    }
  }
  return { groups, groupOf, limits: limitsOf(groups, borrowed) };
}

function pick<T extends { readonly df: number }>(own: T | null, overall: T | null): T | null {
  if (own !== null && (own.df >= ENOUGH_DF || overall === null)) return own;
  return overall;
}

/** A variance that few degrees of freedom know, or that is 0, is not believed below what counting images gives. */
function atLeast<T extends { readonly variance: number; readonly df: number }>(known: T, floor: number): T {
  const isBelieved = known.df >= ENOUGH_DF && known.variance > 0;
  return isBelieved || known.variance >= floor ? known : { ...known, variance: floor };
}

function seedVariance(cells: readonly MeasuredCell[]): SeedVariance | null {
  let squares = 0;
  let df = 0;
  for (const { values, top1 } of cells) {
    for (const value of values) squares += (value - top1) ** 2;
    df += values.length - 1;
  }
  return df === 0 ? null : { variance: squares / df, df };
}

/** From the least contaminated kind of residual that there is enough of, each schedule by itself. */
function lackOfFit(schedules: readonly (readonly MeasuredCell[])[]): LackOfFit | null {
  const kinds: ((cells: readonly MeasuredCell[]) => Residual[])[] = [
    thirdDifferences,
    (cells) => parallelDifferences(cells, 3),
    (cells) => parallelDifferences(cells, 2),
  ];
  const residuals: Residual[] = [];
  let last: LackOfFit | null = null;
  for (const kind of kinds) {
    residuals.push(...schedules.flatMap((cells) => kind(cells)));
    last = lackOfFitOf(residuals);
    if (last !== null && last.df >= ENOUGH_DF) return last;
  }
  return last !== null && last.df < LEAST_DF - 1e-9 ? null : last;
}

/** Variance of a cell's mean accuracy, a fraction of 1. */
export interface VarianceParts {
  /** What more seeds would lower. */
  readonly seed: number;
  readonly lackOfFit: number;
}

/** `null` when neither seeds nor neighbours tell. */
export function varianceParts(group: NoiseGroup, seeds: number): VarianceParts | null {
  const { seed, lackOfFit } = group;
  if (seed === null && lackOfFit === null) return null;
  return { seed: seed === null ? 0 : seed.variance / seeds, lackOfFit: lackOfFitBeyond(group, 1, 1) };
}

/** Lack of fit beyond what seeds explain, with the two variances multiplied by scales that a bootstrap drew. */
export function lackOfFitBeyond({ seed, lackOfFit }: NoiseGroup, seedScale: number, lackOfFitScale: number): number {
  if (lackOfFit === null) return 0;
  const bySeed = seed === null ? 0 : seed.variance * seedScale * lackOfFit.perSeed;
  return Math.max(0, lackOfFit.variance * lackOfFitScale - bySeed);
}

/**
 * Lack of fit that seeds alone explain is none: a variance is never below 0, so adding every chance excess would widen
 * all intervals (98 % coverage instead of 95 % on planted surfaces without lack of fit). F-test at 5 %.
 */
function beyondSeeds(seed: SeedVariance | null, lackOfFit: LackOfFit | null): LackOfFit | null {
  if (seed === null || lackOfFit === null) return lackOfFit;
  const ratio = lackOfFit.variance / (seed.variance * lackOfFit.perSeed);
  return upperF(ratio, lackOfFit.df, seed.df) < 0.05 ? lackOfFit : null;
}

/** Variance of a cell's mean accuracy, digitisation included; `null` when it is not known. */
export function varianceOf(noise: NoiseModel, cell: MeasuredCell): number | null {
  const parts = varianceParts(noise.groups[noise.groupOf[cell.index]!]!, cell.values.length);
  return parts === null ? null : parts.seed + parts.lackOfFit + cell.digitisationVariance;
}

/** Of a cell's mean accuracy, by its seeds alone; `null` when too few cells were repeated to tell. */
export function seedVarianceOf(noise: NoiseModel, cell: MeasuredCell): number | null {
  const { seed } = noise.groups[noise.groupOf[cell.index]!]!;
  return seed === null ? null : seed.variance / cell.values.length;
}

function limitsOf(groups: readonly NoiseGroup[], borrowed: number): string[] {
  const limits: string[] = [];
  const without = groups.filter((group) => group.seed === null && group.lackOfFit === null).length;
  const unseeded = groups.filter((group) => group.seed === null && group.lackOfFit !== null).length;
  if (without > 0)
    limits.push(
      `The noise of ${without} of ${groups.length} schedules is not known: no repeated cells, and too few in line.`,
    );
  if (unseeded > 0)
    limits.push(
      `With too few repeated seeds, the noise of ${unseeded} of ${groups.length} schedules is how far cells stray from a smooth law.`,
    );
  if (borrowed > 0)
    limits.push(
      `${borrowed} of ${groups.length} schedules have too few cells to estimate their noise; that of all schedules together is used.`,
    );
  return limits;
}
