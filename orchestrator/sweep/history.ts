import type { EngineName, Trial } from '../../contract/index.ts';
import { effectiveBatch } from '../../worker/index.ts';
import type { TrialHistory } from './retry-policy.ts';

/** Engines that take micro-batches. To any other, a lack of memory would come again. */
const SPLITTING: ReadonlySet<EngineName> = new Set(['onnx', 'noop']);

/** What the store remembers of a trial, as the retry policy asks for it. */
export function historyOf(
  trial: Trial,
  { crashes, hostLosses, microBatch }: { crashes: number; hostLosses: number; microBatch: number | null },
): TrialHistory {
  if (!SPLITTING.has(trial.spec.engine.name)) return { crashes, hostLosses };
  const batch = effectiveBatch(trial.spec);
  return { crashes, hostLosses, images: { batch, microBatch: microBatch ?? batch } };
}
