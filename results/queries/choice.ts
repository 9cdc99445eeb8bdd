/** How sure the choice of the most accurate cell is, and what it is worth for having been chosen. */
import { selectedMean } from '../statistics/index.ts';
import type { Measured, NoiseModel } from './noise.ts';
import { withinNoise } from './within-noise.ts';

/** Allowing for the choice of the highest (statistics/selected-mean.ts). */
export interface Corrected {
  readonly minivalTop1: number;
  /** 95 %. */
  readonly interval: readonly [number, number];
  /** Cells that may truly be the best, itself and those within noise. */
  readonly among: number;
}

interface Choice<Cell> {
  /** Within noise of the chosen cell. */
  readonly near: Cell[];
  /** `null` where no noise is known. */
  readonly corrected: Corrected | null;
}

/** `rivals` are the other candidates, the most accurate first. */
export function judgeChoice<Cell extends Measured>(
  chosen: Measured,
  rivals: readonly Cell[],
  noise: NoiseModel,
): Choice<Cell> {
  const near = withinNoise(chosen, rivals, noise);
  const known = noise.ofMean(chosen);
  if (known === null) return { near, corrected: null };
  const among = near.length + 1;
  const runnerUp = rivals[0]?.minivalTop1 ?? -Infinity;
  const { estimate, interval } = selectedMean(chosen.minivalTop1, runnerUp, Math.sqrt(known.variance), known.df, among);
  return {
    near,
    corrected: { minivalTop1: within(estimate), interval: [within(interval[0]), within(interval[1])], among },
  };
}

const within = (top1: number): number => Math.min(1, Math.max(0, top1));
