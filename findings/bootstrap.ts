/**
 * Uncertainty of contrasts: a parametric bootstrap over cells and seeds. Every replicate draws the variances of noise.ts
 * again (chi-square over their degrees of freedom), so that few seeds make wide intervals, and then the mean of every
 * cell. The interval is symmetric, and as wide as the deviations of 95 % of the replicates.
 *
 * Given the variances, the cells' means are independent and normal, and a contrast is a weighted sum of them: the sum is
 * drawn rather than its thousands of terms.
 *
 * Chosen by measured coverage (docs/findings.md): resampling two or three seeds of each cell covers far less than 95 %,
 * because a sample of so few holds too little variance; the parametric bootstrap covers 95 %.
 */
import type { MeasuredCell } from './cells.ts';
import type { Contrast } from './contrast.ts';
import { makeDraws, normalScores } from './draws.ts';
import { ENOUGH_DF, lackOfFitBeyond, type NoiseGroup, type NoiseModel } from './noise.ts';
import { percentile } from './percentile.ts';
import { twoSidedP } from '../results/statistics/index.ts';

export interface Uncertainty {
  readonly standardError: number;
  readonly df: number;
  /** 95 %. */
  readonly interval: readonly [number, number];
  /** Two-sided, of the effect being 0, by Student's t: a bootstrap's tail cannot tell 0.001 from 0. */
  readonly p: number;
}

/** Of any contrast of one set of cells; `null` of one whose noise is not known, or that compares nothing. */
export type Bootstrap = (contrast: Contrast) => Uncertainty | null;

export interface BootstrapOptions {
  readonly seed: number;
  readonly replicates: number;
}

export function makeBootstrap(cells: readonly MeasuredCell[], noise: NoiseModel, options: BootstrapOptions): Bootstrap {
  const draws = drawReplicates(noise.groups, options);
  return (contrast) => {
    const parts = partsOf(contrast, cells, noise);
    if (parts === null || contrast.effect === null) return null;
    const { standardError, df } = errorOf(parts, noise);
    // One comparison has no spread of its own: without a well-known noise its interval would be a guess.
    if (contrast.pairs < 2 && df < ENOUGH_DF) return null;
    const deviations = new Float64Array(options.replicates);
    const groups = [...parts.groups];
    for (let b = 0; b < deviations.length; b++) {
      let variance = parts.digitisation;
      for (const [g, part] of groups) variance += draws.varianceOf(part, g, b);
      deviations[b] = Math.sqrt(variance) * draws.sizes[b]!;
    }
    const reach = percentile(deviations.sort(), 0.95);
    return {
      standardError,
      df,
      interval: [contrast.effect - reach, contrast.effect + reach],
      p: twoSidedP(contrast.effect / standardError, df),
    };
  };
}

/** How much of a contrast's variance one group of cells makes: the sums of squared loads that its variances multiply. */
interface GroupPart {
  /** Sum of load^2 / seeds. */
  perSeed: number;
  /** Sum of load^2. */
  perCell: number;
}

interface Parts {
  readonly groups: ReadonlyMap<number, GroupPart>;
  /** Variance that comes from digitisation. */
  readonly digitisation: number;
}

function partsOf(contrast: Contrast, cells: readonly MeasuredCell[], noise: NoiseModel): Parts | null {
  const groups = new Map<number, GroupPart>();
  let digitisation = 0;
  for (let i = 0; i < contrast.cells.length; i++) {
    const index = contrast.cells[i]!;
    const cell = cells[index]!;
    const g = noise.groupOf[index]!;
    const { seed, lackOfFit } = noise.groups[g]!;
    if (seed === null && lackOfFit === null) return null;
    let part = groups.get(g);
    if (part === undefined) groups.set(g, (part = { perSeed: 0, perCell: 0 }));
    const square = contrast.loads[i]! ** 2;
    part.perSeed += square / cell.values.length;
    part.perCell += square;
    digitisation += square * cell.digitisationVariance;
  }
  return { groups, digitisation };
}

/** Standard error, with Satterthwaite's degrees of freedom over the variances that it is made of. */
function errorOf({ groups, digitisation }: Parts, noise: NoiseModel): { standardError: number; df: number } {
  let total = digitisation;
  let inverse = 0;
  for (const [g, { perSeed, perCell }] of groups) {
    const group = noise.groups[g]!;
    const bySeed = group.seed === null ? 0 : perSeed * group.seed.variance;
    const byLackOfFit = perCell * lackOfFitBeyond(group, 1, 1);
    total += bySeed + byLackOfFit;
    if (bySeed > 0) inverse += bySeed ** 2 / group.seed!.df;
    if (byLackOfFit > 0) inverse += byLackOfFit ** 2 / group.lackOfFit!.df;
  }
  return { standardError: Math.sqrt(total), df: inverse === 0 ? Infinity : total ** 2 / inverse };
}

interface Replicates {
  /** Absolute value of a standard normal per replicate. */
  readonly sizes: Float64Array;
  /** Variance that a group adds to a contrast in a replicate. */
  readonly varianceOf: (part: GroupPart, group: number, replicate: number) => number;
}

function drawReplicates(groups: readonly NoiseGroup[], { seed, replicates }: BootstrapOptions): Replicates {
  const draws = makeDraws(seed);
  const scores = normalScores();
  const sizes = Float64Array.from({ length: replicates }, () => Math.abs(scores[draws.below(scores.length)]!));
  const scaleOf = (known: { readonly df: number } | null): Float64Array =>
    Float64Array.from({ length: replicates }, () => (known === null ? 1 : known.df / draws.chiSquare(known.df)));
  const scales = groups.map(({ seed: own, lackOfFit }) => ({
    seed: scaleOf(own),
    lackOfFit: scaleOf(lackOfFit),
  }));
  const seedVariances = groups.map((group, g) => scales[g]!.seed.map((scale) => scale * (group.seed?.variance ?? 0)));
  const lacksOfFit = groups.map((group, g) =>
    scales[g]!.seed.map((scale, b) => lackOfFitBeyond(group, scale, scales[g]!.lackOfFit[b]!)),
  );
  return {
    sizes,
    varianceOf: ({ perSeed, perCell }, g, b) => perSeed * seedVariances[g]![b]! + perCell * lacksOfFit[g]![b]!,
  };
}
