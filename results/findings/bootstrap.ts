/**
 * Uncertainty of contrasts: a bootstrap over cells and seeds. Every replicate draws each cell's mean anew around its
 * estimate, with the variance of noise.ts, and that variance itself anew (chi-square over its degrees of freedom), so
 * that few seeds make wide intervals. The interval is the replicates' 2.5 and 97.5 percentiles.
 *
 * Chosen by measured coverage (docs/findings.md): resampling two or three seeds of each cell covers far less than it
 * says, because a sample of so few holds too little variance; this covers 95 %.
 */
import { quantileSorted } from 'simple-statistics';
import type { MeasuredCell } from './cells.ts';
import type { Contrast } from './contrast.ts';
import { makeDraws, normalScores } from './draws.ts';
import { varianceParts, type NoiseModel } from './noise.ts';
import { twoSidedP } from './student.ts';

export interface Uncertainty {
  readonly standardError: number;
  readonly df: number;
  readonly interval: readonly [number, number];
  /** Two-sided, of the effect being 0, by Student's t: a bootstrap's tail cannot tell 0.001 from 0. */
  readonly p: number;
}

/** `null` for a contrast of cells whose noise is not known, or of none. */
export function uncertaintiesOf(
  contrasts: readonly Contrast[],
  cells: readonly MeasuredCell[],
  noise: NoiseModel,
  options: { readonly seed: number; readonly replicates: number },
): (Uncertainty | null)[] {
  const analytic = contrasts.map((contrast) => standardErrorOf(contrast, cells, noise));
  const known = contrasts.flatMap((contrast, i) => (analytic[i] === null ? [] : [{ contrast, i }]));
  const samples = replicate(
    known.map(({ contrast }) => contrast),
    cells,
    noise,
    options,
  );
  const result: (Uncertainty | null)[] = contrasts.map(() => null);
  for (const [k, { contrast, i }] of known.entries()) {
    const { standardError, df } = analytic[i]!;
    const effect = contrast.effect!;
    const sorted = samples[k]!.sort();
    result[i] = {
      standardError,
      df,
      interval: [
        effect + quantileSorted(sorted as unknown as number[], 0.025),
        effect + quantileSorted(sorted as unknown as number[], 0.975),
      ],
      p: twoSidedP(effect / standardError, df),
    };
  }
  return result;
}

/** Standard error, with Satterthwaite's degrees of freedom over the variances that it is made of. */
export function standardErrorOf(
  contrast: Contrast,
  cells: readonly MeasuredCell[],
  noise: NoiseModel,
): { standardError: number; df: number } | null {
  if (contrast.effect === null) return null;
  let reading = 0;
  const parts = noise.groups.map(() => ({ seed: 0, irregularity: 0 }));
  for (const [i, index] of contrast.cells.entries()) {
    const cell = cells[index]!;
    const group = noise.groupOf[index]!;
    const variance = varianceParts(noise.groups[group]!, cell.values.length);
    if (variance === null) return null;
    const square = contrast.loads[i]! ** 2;
    parts[group]!.seed += square * variance.seed;
    parts[group]!.irregularity += square * variance.irregularity;
    reading += square * cell.readingVariance;
  }
  let total = reading;
  let inverse = 0;
  for (const [g, { seed, irregularity }] of parts.entries()) {
    total += seed + irregularity;
    const group = noise.groups[g]!;
    if (seed > 0) inverse += seed ** 2 / group.seed!.df;
    if (irregularity > 0) inverse += irregularity ** 2 / group.irregularity!.df;
  }
  return { standardError: Math.sqrt(total), df: inverse === 0 ? Infinity : total ** 2 / inverse };
}

/** Deviations of each contrast from its estimate, one per replicate. */
function replicate(
  contrasts: readonly Contrast[],
  cells: readonly MeasuredCell[],
  noise: NoiseModel,
  { seed, replicates }: { readonly seed: number; readonly replicates: number },
): Float64Array[] {
  const draws = makeDraws(seed);
  const scores = normalScores();
  const samples = contrasts.map(() => new Float64Array(replicates));
  const deviation = new Float64Array(cells.length);
  for (let b = 0; b < replicates; b++) {
    const scales = noise.groups.map((group) => ({
      seed: group.seed === null ? 1 : group.seed.df / draws.chiSquare(group.seed.df),
      irregularity: group.irregularity === null ? 1 : group.irregularity.df / draws.chiSquare(group.irregularity.df),
    }));
    for (const cell of cells) {
      const group = noise.groupOf[cell.index]!;
      const variance = varianceParts(noise.groups[group]!, cell.values.length, scales[group]);
      const spread = variance === null ? 0 : Math.sqrt(variance.seed + variance.irregularity + cell.readingVariance);
      deviation[cell.index] = spread * scores[draws.below(scores.length)]!;
    }
    for (const [k, { cells: indices, loads }] of contrasts.entries()) {
      let sum = 0;
      for (let i = 0; i < indices.length; i++) sum += loads[i]! * deviation[indices[i]!]!;
      samples[k]![b] = sum;
    }
  }
  return samples;
}
