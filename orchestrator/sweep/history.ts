import type { EngineName, Trial } from '../../contract/index.ts';
import { effectiveBatch } from '../../worker/index.ts';
import type { TrialHistory } from './retry-policy.ts';

/** Engines that take micro-batches. Any other would run out of memory again. */
const SPLITTING: ReadonlySet<EngineName> = new Set(['onnx', 'noop']);

/** What the store knows of a trial's earlier attempts, for the retry policy. */
export function historyOf(
  trial: Trial,
  { crashes, hostLosses, microBatch }: { crashes: number; hostLosses: number; microBatch: number | null },
): TrialHistory {
  if (!SPLITTING.has(trial.spec.engine.name)) return { crashes, hostLosses };
  const batch = effectiveBatch(trial.spec);
  return { crashes, hostLosses, images: { batch, microBatch: microBatch ?? batch } };
}
