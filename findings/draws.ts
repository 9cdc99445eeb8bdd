/** Seeded draws for the bootstrap. */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { normalQuantile } from '../results/statistics/index.ts';

export interface Draws {
  /** Uniform in [0, 1), 32 bits. */
  next(): number;
  /** Uniform integer in [0, bound). */
  below(bound: number): number;
  /** Chi-square with `df` degrees of freedom. */
  chiSquare(df: number): number;
}

const SCORES = 4096;
let scores: Float64Array | undefined;

/** 4096 equally likely standard normal values, with mean 0 and variance 1: drawing one costs a twentieth of Box-Muller. */
export function normalScores(): Float64Array {
  if (scores === undefined) {
    const raw = Float64Array.from({ length: SCORES }, (_, k) => normalQuantile((k + 0.5) / SCORES));
    const scale = Math.sqrt(SCORES / raw.reduce((sum, z) => sum + z * z, 0));
    scores = raw.map((z) => z * scale);
  }
  return scores;
}

export function makeDraws(seed: number): Draws {
  const source = xoroshiro128plus(seed);
  const next = (): number => (source.next() >>> 0) / 0x1_0000_0000;
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  /** Marsaglia and Tsang 2000, for shape >= 1. */
  const gamma = (shape: number): number => {
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const z = normal();
      const v = (1 + c * z) ** 3;
      if (v > 0 && Math.log(1 - next()) < 0.5 * z * z + d - d * v + d * Math.log(v)) return d * v;
    }
  };
  return {
    next,
    below: (bound) => Math.floor(next() * bound),
    chiSquare: (df) => {
      // Below shape 1 the gamma is boosted from shape + 1.
      const shape = df / 2;
      return shape >= 1 ? 2 * gamma(shape) : 2 * gamma(shape + 1) * (1 - next()) ** (1 / shape);
    },
  };
}
