import { failedEvent, type FailureKind, type WorkerEvent } from '../../../contract/index.ts';
import { isLast } from '../../../worker/index.ts';
import { attemptKey } from '../../../worker/remote/index.ts';
import type { DispatchHandlers } from '../dispatcher.ts';
import type { LeaseTable, OpenAttempt } from './lease-table.ts';
import { weightOf } from './packing.ts';

/** Worker of an attempt that waits for one. */
export const WORKER_UNKNOWN = 'redis';

/** Ends remembered, so that a message that comes again changes nothing. */
const ENDS_REMEMBERED = 100_000;

/** Attempts as they begin and end: each is told to end once, by its worker's word or by ours where none comes. */
export interface AttemptTracker {
  open(attempt: Omit<OpenAttempt, 'seenAt'>): void;
  /** Passes on what a worker said; `onStored` is called when nothing of it has to be kept any more. */
  take(worker: string, events: readonly WorkerEvent[], onStored: () => void): void;
  /** Ends attempts in the worker's stead. */
  declare(attempts: readonly OpenAttempt[], kind: FailureKind, message: string): void;
  /** Whether this attempt, in some worker's hands, is for nobody: superseded, or never handed out by this store. */
  isSuperseded(key: string): boolean;
  /** Keys of all open attempts. */
  openKeys(): string[];
  /** Jobs that they fill. */
  load(): number;
  /** The worker that last spoke of a checkpoint of this trial, if one did since it was last asked. */
  takeSavedBy(trial: string): string | undefined;
}

export function makeAttemptTracker(
  leases: LeaseTable,
  clock: () => number,
  onEvents: DispatchHandlers['onEvents'],
): AttemptTracker {
  const ended = new Map<string, 'said' | 'lost'>();
  const savedBy = new Map<string, string>();
  let load = 0;

  const close = (key: string, how: 'said' | 'lost'): boolean => {
    const attempt = leases.get(key);
    ended.set(key, how);
    if (ended.size > ENDS_REMEMBERED) ended.delete(ended.keys().next().value!);
    if (attempt === undefined) return false;
    leases.end(key);
    load -= weightOf(attempt.predictedSeconds);
    return true;
  };

  return {
    open: (attempt) => {
      leases.open(attempt, clock());
      load += weightOf(attempt.predictedSeconds);
    },
    take: (worker, events, onStored) => {
      const now = clock();
      let before: WorkerEvent | undefined;
      let key = '';
      const fresh = events.filter((event) => {
        // A tiny trial's events come one after another.
        if (before?.trial !== event.trial || before.attempt !== event.attempt)
          key = attemptKey(event.trial, event.attempt);
        before = event;
        // Had already, from before a reconnection: it must not be counted twice. What we had given up may still hand in.
        if (isLast(event) && ended.get(key) === 'said') return false;
        if (event.type === 'checkpoint' || (event.type === 'started' && event.resumedFromStep > 0))
          savedBy.set(event.trial, worker);
        leases.seen(key, now, true);
        if (isLast(event)) close(key, 'said');
        return true;
      });
      if (fresh.length === 0) onStored();
      else onEvents(fresh, worker, onStored);
    },
    declare: (attempts, kind, message) => {
      const events = attempts
        .filter(({ trial, attempt }) => close(attemptKey(trial, attempt), 'lost'))
        .map((attempt) => failedEvent(attempt, kind, message));
      if (events.length > 0) onEvents(events, WORKER_UNKNOWN);
    },
    isSuperseded: (key) => leases.get(key) === undefined && ended.get(key) !== 'said',
    openKeys: () => [...leases.all()].map(({ trial, attempt }) => attemptKey(trial, attempt)),
    load: () => load,
    takeSavedBy: (trial) => {
      const worker = savedBy.get(trial);
      savedBy.delete(trial);
      return worker;
    },
  };
}
