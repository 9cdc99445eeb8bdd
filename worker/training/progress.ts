import { z } from 'zod';
import { epochMetrics, ScalesweepError, type EpochMetrics } from '../../contract/index.ts';
import type { Checkpoint } from '../storage/checkpoints.ts';

/** The state of a training apart from its tensors. */
export interface Progress {
  /** Optimiser steps finished. */
  step: number;
  /** Finished epochs. */
  readonly epochs: EpochMetrics[];
  /** Sums over the running epoch. */
  lossSum: number;
  correct: number;
  epochSeconds: number;
  /** Spent in steps since the trial started; `null` where the checkpoint does not record it. */
  trainSeconds: number | null;
}

// A later version may have written more beside these.
const savedProgress = z.object({
  epochs: z.array(epochMetrics),
  lossSum: z.number(),
  correct: z.number(),
  epochSeconds: z.number(),
  trainSeconds: z.number().nullable().default(null),
});

export function newProgress(): Progress {
  return { step: 0, epochs: [], lossSum: 0, correct: 0, epochSeconds: 0, trainSeconds: 0 };
}

export function writeProgress({ step, ...meta }: Progress, tensors: ReadonlyMap<string, Float32Array>): Checkpoint {
  return { step, tensors, meta: { ...meta } };
}

/** @throws {ScalesweepError} `CHECKPOINT_MISMATCH` when another version of the program wrote it. */
export function readProgress({ step, meta }: Checkpoint): Progress {
  const parsed = savedProgress.safeParse(meta);
  if (parsed.success) return { step, ...parsed.data };
  throw new ScalesweepError(
    'CHECKPOINT_MISMATCH',
    `Expected the progress of a training in the checkpoint of step ${step}: ${z.prettifyError(parsed.error)}`,
    {
      hint: 'Another version of the program wrote it: remove it, and the trial starts again.',
    },
  );
}
