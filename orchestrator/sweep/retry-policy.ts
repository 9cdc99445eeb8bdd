import type { FailureKind } from '../../contract/index.ts';
import { smallerMicroBatch } from '../../worker/index.ts';

/**
 * What follows from a failed attempt.
 *
 * - `release`: planned again at once, at no cost to the trial.
 * - `retry`: planned again at `at` (ms since 1970).
 * - `shrink`: planned again at once, to hold fewer images at a time; the effective batch stays.
 * - `fail`: final.
 * - `halt`: every worker would fail like this; the trial is released and the sweep stops before it burns them all.
 */
type Verdict =
  | { readonly act: 'release' }
  | { readonly act: 'retry'; readonly at: number }
  | { readonly act: 'shrink'; readonly microBatch: number }
  | { readonly act: 'fail' }
  | { readonly act: 'halt' };

export interface RetryLimits {
  /** Attempts that may end by the trial's own crash before it has failed. @defaultValue 3 */
  readonly crashes: number;
  /**
   * Attempts that may be lost with their worker. High, because hosts die through no fault of the trial; finite, because a trial that crashes every
   * host must end. @defaultValue 20
   */
  readonly hostLosses: number;
  /** Delay before the first retry, ms; each further one waits four times as long. @defaultValue 1000 */
  readonly backoffMs: number;
  /** Failures in a row that every worker shares, with no success between, until the sweep halts. @defaultValue 3 */
  readonly shared: number;
  /** Trials that fail by one cause, with none of the sweep done, until it halts. @defaultValue 3 */
  readonly alike: number;
}

export const RETRY_LIMITS: RetryLimits = { crashes: 3, hostLosses: 20, backoffMs: 1000, shared: 3, alike: 3 };

export interface TrialHistory {
  /** Crashes before this attempt. */
  readonly crashes: number;
  /** Host losses before this attempt. */
  readonly hostLosses: number;
  /** What this attempt was to hold in memory; left out where it is not known. */
  readonly images?: {
    /** Of an optimiser step. */
    readonly batch: number;
    /** At one time. */
    readonly microBatch: number;
  };
}

/**
 * @param sharedInRow failures of the kinds `data` and `device` in a row, this one included.
 * @param now ms since 1970.
 */
export function judge(
  kind: FailureKind,
  history: TrialHistory,
  sharedInRow: number,
  limits: RetryLimits,
  now: number,
): Verdict {
  switch (kind) {
    case 'interrupted':
      return { act: 'release' };
    case 'host-lost':
      return history.hostLosses + 1 < limits.hostLosses ? { act: 'release' } : { act: 'fail' };
    case 'crash':
      return history.crashes + 1 < limits.crashes
        ? { act: 'retry', at: now + limits.backoffMs * 4 ** history.crashes }
        : { act: 'fail' };
    case 'data':
    case 'device':
      return sharedInRow < limits.shared ? { act: 'release' } : { act: 'halt' };
    case 'out-of-memory': {
      // The same attempt would fail again on any worker: fewer images are held at a time.
      const { batch = 0, microBatch = 0 } = history.images ?? {};
      const smaller = smallerMicroBatch(batch, microBatch);
      return smaller === undefined ? { act: 'fail' } : { act: 'shrink', microBatch: smaller };
    }
    // Facts about the trial: the same would happen again.
    case 'diverged':
    case 'config':
      break;
  }
  return { act: 'fail' };
}
