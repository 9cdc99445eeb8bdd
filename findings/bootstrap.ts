/**
 * Uncertainty of contrasts: a parametric bootstrap over cells and seeds. Every replicate draws the variances of noise.ts
 * anew (chi-square over their degrees of freedom), so that few seeds make wide intervals, and with them the mean of every
 * cell. The interval reaches as far to either side as 95 % of the replicates stray.
 *
 * Given the variances, the cells' means are independent and normal, and a contrast is a weighted sum of them: the sum is
 * drawn rather than its thousands of terms.
 *
 * Chosen by measured coverage (docs/findings.md): resampling two or three seeds of each cell covers far less than it
 * says, because a sample of so few holds too little variance; this covers 95 %.
 */
import type { MeasuredCell } from './cells.ts';
import type { Contrast } from './contrast.ts';
import { makeDraws, normalScores } from './draws.ts';
import { irregularityBeyond, type NoiseGroup, type NoiseModel } from './noise.ts';
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
    const deviations = new Float64Array(options.replicates);
    const groups = [...parts.groups];
    for (let b = 0; b < deviations.length; b++) {
      let variance = parts.reading;
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
  /** Variance that comes from reading. */
  readonly reading: number;
}

function partsOf(contrast: Contrast, cells: readonly MeasuredCell[], noise: NoiseModel): Parts | null {
  const groups = new Map<number, GroupPart>();
  let reading = 0;
  for (let i = 0; i < contrast.cells.length; i++) {
    const index = contrast.cells[i]!;
    const cell = cells[index]!;
    const g = noise.groupOf[index]!;
    const { seed, irregularity } = noise.groups[g]!;
    if (seed === null && irregularity === null) return null;
    let part = groups.get(g);
    if (part === undefined) groups.set(g, (part = { perSeed: 0, perCell: 0 }));
    const square = contrast.loads[i]! ** 2;
    part.perSeed += square / cell.values.length;
    part.perCell += square;
    reading += square * cell.readingVariance;
  }
  return { groups, reading };
}

/** Standard error, with Satterthwaite's degrees of freedom over the variances that it is made of. */
function errorOf({ groups, reading }: Parts, noise: NoiseModel): { standardError: number; df: number } {
  let total = reading;
  let inverse = 0;
  for (const [g, { perSeed, perCell }] of groups) {
    const group = noise.groups[g]!;
    const bySeed = group.seed === null ? 0 : perSeed * group.seed.variance;
    const byIrregularity = perCell * irregularityBeyond(group, 1, 1);
    total += bySeed + byIrregularity;
    if (bySeed > 0) inverse += bySeed ** 2 / group.seed!.df;
    if (byIrregularity > 0) inverse += byIrregularity ** 2 / group.irregularity!.df;
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
  const scales = groups.map(({ seed: own, irregularity }) => ({
    seed: scaleOf(own),
    irregularity: scaleOf(irregularity),
  }));
  const seedVariances = groups.map((group, g) => scales[g]!.seed.map((scale) => scale * (group.seed?.variance ?? 0)));
  const irregularities = groups.map((group, g) =>
    scales[g]!.seed.map((scale, b) => irregularityBeyond(group, scale, scales[g]!.irregularity[b]!)),
  );
  return {
    sizes,
    varianceOf: ({ perSeed, perCell }, g, b) => perSeed * seedVariances[g]![b]! + perCell * irregularities[g]![b]!,
  };
}
