/**
 * Intervals of cells' means over seeds, from the seed noise of their schedule and resolution (statistics/seed-noise.ts).
 *
 * n = 1 everywhere: no noise is known, and intervals are `null`, unless the value was read off a plot with a known
 * reading error.
 */
import { criticalT, seedNoise, type SeedGroup, type SeedNoise, type Variance } from '../statistics/index.ts';

/** Two-sided, for 95 %. */
const ALPHA = 0.05;

/** Seed noise of one cell. */
export interface Noise {
  /** Standard deviation between seeds, fraction of 1. */
  readonly sd: number;
  /** That it is known with; no integer, where cells of other schedules or resolutions add to it. */
  readonly degreesOfFreedom: number;
  /** Student's t for 95 %, two-sided. */
  readonly critical: number;
}

/** What an interval needs of a cell. */
export interface Measured {
  readonly minivalTop1: number;
  readonly seeds: number;
  readonly readingError: number | null;
  readonly epochs: number;
  readonly resolution: number;
  readonly axes: Readonly<Record<string, unknown>>;
}

/** Seed noise of any cell of a scope. */
export interface NoiseModel {
  noiseOf(cell: Measured): Noise | null;
  /** Variance of a cell's mean, reading error included; `null` when nothing is known of it. */
  ofMean(cell: Measured): Variance | null;
  /** Of the difference of two cells' means: of equal noise, they share its degrees of freedom. */
  ofDifference(a: Measured, b: Measured): Variance | null;
  /** The largest variance of a mean that a cell of these accuracies may have, with any seeds: how far to look for ties. */
  widest(): Variance | null;
}

export function noiseModel(
  groups: readonly SeedGroup[],
  images: number | null,
  largestReadingError: number,
): NoiseModel {
  const noise = seedNoise(groups, images);
  const forms = new WeakMap<object, string>();
  const seedOf = (cell: Measured): Variance | null => {
    // Cells of equal axes share one object.
    let axes = forms.get(cell.axes);
    if (axes === undefined) forms.set(cell.axes, (axes = JSON.stringify(cell.axes)));
    return noise({ axes, epochs: cell.epochs, resolution: cell.resolution }, cell.minivalTop1);
  };
  const partsOf = (cell: Measured): Variance[] => {
    const seed = seedOf(cell);
    const reading = cell.readingError ?? 0;
    return [
      ...(seed === null ? [] : [{ variance: seed.variance / cell.seeds, df: seed.df }]),
      ...(reading === 0 ? [] : [{ variance: reading ** 2, df: Infinity }]),
    ];
  };
  const isShared = (a: Measured, b: Measured): boolean =>
    a.axes === b.axes && a.epochs === b.epochs && a.resolution === b.resolution;
  return {
    noiseOf: (cell) => {
      const seed = seedOf(cell);
      if (seed === null) return null;
      return { sd: Math.sqrt(seed.variance), degreesOfFreedom: seed.df, critical: critical(ALPHA, seed.df) };
    },
    ofMean: (cell) => added(partsOf(cell)),
    ofDifference: (a, b) => {
      const [first, second] = [partsOf(a), partsOf(b)];
      const sum = added([...first, ...second]);
      const [df, alone] = [seedOf(a)?.df, added(first)];
      // Two means of one noise: knowing it twice adds nothing.
      return sum !== null && df !== undefined && alone !== null && isShared(a, b)
        ? { variance: sum.variance, df: Math.min(sum.df, alone.df) }
        : sum;
    },
    widest: () => widestOf(groups, noise, largestReadingError),
  };
}

function widestOf(groups: readonly SeedGroup[], noise: SeedNoise, reading: number): Variance | null {
  // And of a schedule that has no repeated seed.
  const places = [...groups, { axes: '', epochs: 0, resolution: 0 }];
  const all = places.map((place) => noise(place, 0.5)).filter((each) => each !== null);
  if (all.length === 0 && reading === 0) return null;
  return {
    variance: all.reduce((most, { variance }) => Math.max(most, variance), 0) + reading ** 2,
    df: all.reduce((least, { df }) => Math.min(least, df), Infinity),
  };
}

/** Sum of variances that were estimated apart, its degrees of freedom after Satterthwaite (1946). */
function added(parts: readonly Variance[]): Variance | null {
  if (parts.length === 0) return null;
  const variance = parts.reduce((sum, part) => sum + part.variance, 0);
  return { variance, df: variance ** 2 / parts.reduce((sum, part) => sum + part.variance ** 2 / part.df, 0) };
}

const quantiles = new Map<string, number>();

/** {@link criticalT}, remembered: it costs 50 us, and an answer needs a thousand of few degrees of freedom. */
export function critical(alpha: number, df: number): number {
  // Rounded down, to the safe side, to three digits.
  const digits = 10 ** (Math.floor(Math.log10(Math.min(df, 1e7))) - 2);
  const rounded = Math.floor(Math.min(df, 1e7) / digits + 1e-9) * digits;
  const key = `${alpha} ${rounded}`;
  let value = quantiles.get(key);
  if (value === undefined) {
    if (quantiles.size > 10_000) quantiles.clear();
    quantiles.set(key, (value = criticalT(alpha, rounded)));
  }
  return value;
}

/** 95 % interval of a cell's mean over seeds, within [0, 1]; `null` when nothing is known of the noise. */
export function intervalOf(cell: Measured, noise: NoiseModel): [number, number] | null {
  const known = noise.ofMean(cell);
  if (known === null) return null;
  const half = critical(ALPHA, known.df) * Math.sqrt(known.variance);
  return [Math.max(0, cell.minivalTop1 - half), Math.min(1, cell.minivalTop1 + half)];
}
