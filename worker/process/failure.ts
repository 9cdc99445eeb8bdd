import { isScalesweepError, messageOf, type ErrorCode, type FailureKind } from '../../contract/index.ts';

/**
 * What each error code means for the trial. Codes that no engine should throw (a grid, a store, Redis) count as a crash:
 * retried, and visible in the failures.
 */
const KINDS: Readonly<Partial<Record<ErrorCode, FailureKind>>> = {
  TRIAL_DIVERGED: 'diverged',
  OUT_OF_MEMORY: 'out-of-memory',
  MODEL_UNBUILDABLE: 'config',
  CHECKPOINT_MISMATCH: 'config',
  USAGE: 'config',
  DATASET_UNAVAILABLE: 'data',
  DATASET_CORRUPT: 'data',
  DEVICE_UNAVAILABLE: 'device',
  // Every trial that follows would meet the same full disk, so it is the machine's failure and not the trial's.
  DISK_FULL: 'device',
  STORE_UNWRITABLE: 'device',
  TRAINER_FAILED: 'crash',
  TRAINER_LOST: 'host-lost',
  INTERRUPTED: 'interrupted',
};

/** V8's typed arrays, ONNX Runtime's arena and its CUDA allocator, in their own words. */
const OUT_OF_MEMORY =
  /array buffer allocation failed|invalid typed array length: \d{9,}|bad.?alloc|failed to allocate memory|out of memory/i;

const NO_SPACE = new Set(['ENOSPC', 'EDQUOT', 'EROFS']);

export interface Failure {
  readonly kind: FailureKind;
  readonly message: string;
  /** The end of what a trainer of the user's own printed. */
  readonly logTail?: string | undefined;
}

/** The kind of anything that an engine threw. */
export function failureOf(error: unknown): Failure {
  if (isScalesweepError(error)) {
    const message = error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
    return { kind: KINDS[error.code] ?? 'crash', message, logTail: error.logTail };
  }
  const message = messageOf(error);
  if (OUT_OF_MEMORY.test(message)) return { kind: 'out-of-memory', message };
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && NO_SPACE.has(code)) return { kind: 'device', message };
  return {
    kind: 'crash',
    message: error instanceof Error && error.stack !== undefined ? firstLines(error.stack) : message,
  };
}

/** The message and where it was thrown: enough to find the place, short enough for a table. */
function firstLines(stack: string): string {
  return stack
    .split('\n')
    .slice(0, 4)
    .map((line) => line.trim())
    .join('\n');
}
