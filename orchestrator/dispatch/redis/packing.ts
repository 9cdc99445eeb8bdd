import { attemptKey, MOST_ATTEMPTS, WIRE_VERSION, type AttemptBatch } from '../../../worker/remote/index.ts';
import type { Assignment } from '../dispatcher.ts';

/**
 * Predicted seconds of a batch. A trial longer than this is alone in its job; shorter ones together, since a job costs BullMQ and Redis a
 * millisecond, however much is in it.
 */
const BATCH_SECONDS = 0.1;
/** Trials in a batch. */
export const BATCH_TRIALS = Math.min(192, MOST_ATTEMPTS);

/** The part of a batch that an attempt fills. */
export function weightOf(predictedSeconds: number): number {
  return Math.min(1, Math.max(predictedSeconds / BATCH_SECONDS, 1 / BATCH_TRIALS));
}

/**
 * Packs assignments into batches, in their order: as many as there are slots at least, so that a few trials that are longer than was thought do not
 * all wait for one worker.
 */
export function pack(store: string, assignments: readonly Assignment[], slots: number): AttemptBatch[] {
  const batches: AttemptBatch[] = [];
  const most = Math.ceil(assignments.length / Math.max(1, slots));
  let filled = Infinity;
  for (const { trial, attempt, microBatch, predictedSeconds } of assignments) {
    const weight = weightOf(predictedSeconds);
    // The margin takes up what sums of 1/64 lose.
    if (filled + weight > 1 + 1e-9 || batches.at(-1)!.attempts.length >= most) {
      batches.push({ v: WIRE_VERSION, store, attempts: [] });
      filled = 0;
    }
    filled += weight;
    batches.at(-1)!.attempts.push({ trial, attempt, microBatch, predictedSeconds });
  }
  return batches;
}

/** Names a job so that it can be found again from any of its attempts' own words. */
export function jobId({ store, attempts: [first] }: AttemptBatch): string {
  return `${store.slice(0, 12)}-${attemptKey(first!.trial.id, first!.attempt)}`;
}

/**
 * BullMQ's priority (1 to 2^21, the lowest first): the longest trial goes first, also between sweeps that share workers, so that the last
 * ones to finish are short. 20,000 steps for each doubling, from a microsecond to a thousand years.
 */
export function priorityOf(predictedSeconds: number): number {
  const doublings = Math.log2(Math.min(2 ** 35, Math.max(1e-6, predictedSeconds)));
  return 1 + Math.round((35 - doublings) * 20_000);
}
