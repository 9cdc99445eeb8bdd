/**
 * Uncertainty of contrasts: a bootstrap over cells and seeds. Every replicate draws each cell's mean anew around its
 * estimate, with the variance of noise.ts, and that variance itself anew (chi-square over its degrees of freedom), so
 * that few seeds make wide intervals. The interval is the replicates' 2.5 and 97.5 percentiles.
 *
 * Chosen by measured coverage (docs/findings.md): resampling two or three seeds of each cell covers far less than it
 * says, because a sample of so few holds too little variance; this covers 95 %.
 */
import type { MeasuredCell } from './cells.ts';
import type { Contrast } from './contrast.ts';
import { makeDraws, normalScores } from './draws.ts';
import { varianceParts, type NoiseModel, type VarianceParts } from './noise.ts';
import { central95 } from './percentile.ts';
import { twoSidedP } from './student.ts';

export interface ContrastTest {
  readonly standardError: number;
  readonly df: number;
  /** Two-sided, of the effect being 0, by Student's t: a bootstrap's tail cannot tell 0.001 from 0. */
  readonly p: number;
}

export interface Uncertainty extends ContrastTest {
  /** 95 %. */
  readonly interval: readonly [number, number];
}

/** Of any contrast of one set of cells; `null` of one whose noise is not known, or that compares nothing. */
export interface Bootstrap {
  readonly uncertaintyOf: (contrast: Contrast) => Uncertainty | null;
  /** The test alone, at a thousandth of the cost. */
  readonly testOf: (contrast: Contrast) => ContrastTest | null;
}

/**
 * Draws the replicates once, for all contrasts alike: two contrasts of the same cells differ by the same noise.
 * Holds 4 bytes per cell and replicate.
 */
export function makeBootstrap(
  cells: readonly MeasuredCell[],
  noise: NoiseModel,
  options: { readonly seed: number; readonly replicates: number },
): Bootstrap {
  const { replicates } = options;
  const deviations = drawDeviations(cells, noise, options);
  const variances = cells.map((cell) => varianceParts(noise.groups[noise.groupOf[cell.index]!]!, cell.values.length));
  const testOf = (contrast: Contrast): ContrastTest | null => {
    const error = standardErrorOf(contrast, cells, noise, variances);
    if (error === null || contrast.effect === null) return null;
    return { ...error, p: twoSidedP(contrast.effect / error.standardError, error.df) };
  };
  const uncertaintyOf = (contrast: Contrast): Uncertainty | null => {
    const tested = testOf(contrast);
    if (tested === null) return null;
    const sample = new Float64Array(replicates).fill(contrast.effect!);
    for (let i = 0; i < contrast.cells.length; i++) {
      const load = contrast.loads[i]!;
      const start = contrast.cells[i]! * replicates;
      for (let b = 0; b < replicates; b++) sample[b]! += load * deviations[start + b]!;
    }
    return { ...tested, interval: central95(sample) };
  };
  return { uncertaintyOf, testOf };
}

/** Standard error, with Satterthwaite's degrees of freedom over the variances that it is made of. */
function standardErrorOf(
  contrast: Contrast,
  cells: readonly MeasuredCell[],
  noise: NoiseModel,
  variances: readonly (VarianceParts | null)[],
): { standardError: number; df: number } | null {
  let reading = 0;
  const bySeed = new Float64Array(noise.groups.length);
  const byIrregularity = new Float64Array(noise.groups.length);
  for (let i = 0; i < contrast.cells.length; i++) {
    const index = contrast.cells[i]!;
    const variance = variances[index]!;
    if (variance === null) return null;
    const square = contrast.loads[i]! ** 2;
    bySeed[noise.groupOf[index]!]! += square * variance.seed;
    byIrregularity[noise.groupOf[index]!]! += square * variance.irregularity;
    reading += square * cells[index]!.readingVariance;
  }
  let total = reading;
  let inverse = 0;
  for (const [g, group] of noise.groups.entries()) {
    total += bySeed[g]! + byIrregularity[g]!;
    if (bySeed[g]! > 0) inverse += bySeed[g]! ** 2 / group.seed!.df;
    if (byIrregularity[g]! > 0) inverse += byIrregularity[g]! ** 2 / group.irregularity!.df;
  }
  return { standardError: Math.sqrt(total), df: inverse === 0 ? Infinity : total ** 2 / inverse };
}

/** [cell][replicate]: deviation of the cell's mean accuracy from its estimate, a fraction of 1. */
function drawDeviations(
  cells: readonly MeasuredCell[],
  noise: NoiseModel,
  { seed, replicates }: { readonly seed: number; readonly replicates: number },
): Float32Array {
  const draws = makeDraws(seed);
  const scores = normalScores();
  const scales = noise.groups.map((group) =>
    Array.from({ length: replicates }, () => ({
      seed: group.seed === null ? 1 : group.seed.df / draws.chiSquare(group.seed.df),
      irregularity: group.irregularity === null ? 1 : group.irregularity.df / draws.chiSquare(group.irregularity.df),
    })),
  );
  const spreads = new Map<string, Float64Array>();
  const deviations = new Float32Array(cells.length * replicates);
  for (const cell of cells) {
    const group = noise.groupOf[cell.index]!;
    const seeds = cell.values.length;
    // Cells of one group, as many seeds and as sure a reading have the same spread in every replicate.
    const key = `${group}|${seeds}|${cell.readingVariance}`;
    let spread = spreads.get(key);
    if (spread === undefined) {
      spread = Float64Array.from(scales[group]!, (scale) => {
        const variance = varianceParts(noise.groups[group]!, seeds, scale);
        return variance === null ? 0 : Math.sqrt(variance.seed + variance.irregularity + cell.readingVariance);
      });
      spreads.set(key, spread);
    }
    const start = cell.index * replicates;
    for (let b = 0; b < replicates; b++) deviations[start + b] = spread[b]! * scores[draws.below(scores.length)]!;
  }
  return deviations;
}
