import type { Trial } from '../../contract/index.ts';
import { effectiveBatch } from '../../worker/index.ts';
import type { TrialHistory } from './retry-policy.ts';

/** What the store remembers of a trial, as the retry policy asks for it. */
export function historyOf(
  trial: Trial,
  { crashes, hostLosses, microBatch }: { crashes: number; hostLosses: number; microBatch: number | null },
): TrialHistory {
  // A program of the user's own is told of no micro-batch: after a lack of memory it would do the same again.
  if (trial.spec.engine.name === 'command') return { crashes, hostLosses };
  const batch = effectiveBatch(trial.spec);
  return { crashes, hostLosses, images: { batch, microBatch: microBatch ?? batch } };
}
