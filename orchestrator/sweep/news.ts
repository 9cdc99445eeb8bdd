import type { FailureKind, WorkerEvent } from '../../contract/index.ts';
import type { Counts, WaitingTrial } from '../../results/index.ts';
import type { Slot } from '../dispatch/dispatcher.ts';

/** What the sweep loop reports: to the progress display, to tests. */
export type SweepNews =
  | { readonly type: 'sweep-started'; readonly counts: Counts; readonly parallelism: number }
  | {
      readonly type: 'handed';
      readonly waiting: WaitingTrial;
      readonly attempt: number;
      readonly slot: Slot;
      readonly predictedSeconds: number;
    }
  /** As the worker sent it, once the store has taken it. */
  | { readonly type: 'event'; readonly event: WorkerEvent; readonly worker: string }
  | { readonly type: 'done'; readonly trial: string; readonly attempt: number }
  | {
      readonly type: 'failed';
      readonly trial: string;
      readonly attempt: number;
      readonly kind: FailureKind;
      readonly message: string;
      /** Whether it is final, or how the trial is tried again. */
      readonly next: 'final' | 'retried' | 'shrunk' | 'released';
    }
  /** A trainer of the user's own is another program than that of earlier attempts. */
  | {
      readonly type: 'trainer-changed';
      readonly trainer: string;
      readonly trial: string;
      /** Digests of the programs. */
      readonly before: string;
      readonly digest: string;
    }
  /** The store cannot be written now; events are kept until it can. */
  | { readonly type: 'store-waits'; readonly error: Error; readonly retryInMs: number }
  | {
      readonly type: 'stopping';
      readonly why: 'interrupted' | 'paused' | 'cancelled' | 'halted';
      readonly running: number;
    };

export type SweepWatcher = (news: SweepNews) => void;
