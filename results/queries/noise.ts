/**
 * Seed noise of minival top-1, and the intervals that follow from it.
 *
 * The standard deviation between seeds is pooled over all cells with two seeds or more: with two or three seeds a cell
 * of its own, a cell's own deviation says next to nothing (the t of one degree of freedom is 12.7). It measures what a
 * new seed would change, on the same minival images; that minival is itself a sample is another matter, and the same
 * for all cells that are compared.
 *
 * n = 1 everywhere: no noise is known, and intervals are `null`, unless the value was read off a plot with a known
 * reading error. All seeds equal: the interval has no width.
 */
import { criticalT } from '../statistics/index.ts';

/** Two-sided, for 95 %. */
const ALPHA = 0.05;
const NORMAL_95 = 1.959964;

export interface Noise {
  /** Standard deviation between seeds, fraction of 1. */
  readonly sd: number;
  readonly degreesOfFreedom: number;
  /** Student's t for 95 %, two-sided: taken once, since a quantile costs 50 us and an answer needs a thousand. */
  readonly critical: number;
}

/** What an interval needs of a cell. */
export interface Measured {
  readonly minivalTop1: number;
  readonly seeds: number;
  readonly readingError: number | null;
}

/** `null` when no cell has two seeds. */
export function pooledNoise(sumOfSquares: number, degreesOfFreedom: number): Noise | null {
  if (degreesOfFreedom < 1) return null;
  const sd = Math.sqrt(Math.max(0, sumOfSquares) / degreesOfFreedom);
  return { sd, degreesOfFreedom, critical: criticalT(ALPHA, degreesOfFreedom) };
}

/** 95 % half-width of a difference or of one mean, from `1/n` summed over the means and their reading errors. */
function halfWidth(
  noise: Noise | null,
  inverseSeeds: number,
  readingErrors: readonly (number | null)[],
): number | null {
  const reading = readingErrors.reduce<number>((sum, error) => sum + (error ?? 0) ** 2, 0);
  if (noise === null && reading === 0) return null;
  const seedPart = noise === null ? 0 : noise.critical ** 2 * noise.sd ** 2 * inverseSeeds;
  return Math.sqrt(seedPart + NORMAL_95 ** 2 * reading);
}

/** 95 % interval of a cell's mean over seeds, within [0, 1]; `null` when nothing is known of the noise. */
export function intervalOf(cell: Measured, noise: Noise | null): [number, number] | null {
  const half = halfWidth(noise, 1 / cell.seeds, [cell.readingError]);
  if (half === null) return null;
  return [Math.max(0, cell.minivalTop1 - half), Math.min(1, cell.minivalTop1 + half)];
}

/** Whether the 95 % interval of the difference of two cells holds 0. Without known noise, only ties are. */
export function isWithinNoise(a: Measured, b: Measured, noise: Noise | null): boolean {
  const half = halfWidth(noise, 1 / a.seeds + 1 / b.seeds, [a.readingError, b.readingError]);
  // The tolerance is for the last digit: equal means of equal seeds in another order.
  return Math.abs(a.minivalTop1 - b.minivalTop1) <= (half ?? 0) + 1e-12;
}

/** How far below the best a cell may be and still be within its noise, over all its seeds. */
export function widestMargin(best: Measured, noise: Noise | null, largestReadingError: number): number {
  return (halfWidth(noise, 1 / best.seeds + 1, [best.readingError, largestReadingError]) ?? 0) + 1e-12;
}
