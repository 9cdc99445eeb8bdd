import type { TrialSpec } from '../../contract/index.ts';

/** A norm that takes its statistics over fewer images than this trains something else: a trial that needs it fails. */
const SMALLEST = 4;

/** Images of an optimiser step: a training set smaller than the batch is one batch of its own size. */
export function effectiveBatch({ recipe, data }: Pick<TrialSpec, 'recipe' | 'data'>): number {
  return Math.min(recipe.batchSize, data.trainImages);
}

/**
 * The next smaller micro-batch after one that did not fit: half of it, or where that does not divide the batch the largest
 * divisor below. `undefined` when none of at least 4 images is left.
 */
export function smallerMicroBatch(batch: number, microBatch: number): number | undefined {
  for (let size = Math.floor(microBatch / 2); size >= SMALLEST; size--) if (batch % size === 0) return size;
  return undefined;
}
