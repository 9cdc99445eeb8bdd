import type { WorkerEvent } from '../../contract/index.ts';
import type { Failure } from '../../results/index.ts';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import type { SweepWatcher } from './news.ts';
import { judge, type RetryLimits, type TrialHistory } from './retry-policy.ts';
import { makeAlikeFailures } from './failing-alike.ts';
import type { SweepStore } from './sweep-store.ts';

export type LastEvent = Extract<WorkerEvent, { type: 'done' | 'failed' }>;
type FailedEvent = Extract<WorkerEvent, { type: 'failed' }>;

interface SettlerOptions {
  readonly store: Pick<SweepStore, 'finish' | 'fail' | 'shrink' | 'release'>;
  readonly dispatcher: Pick<Dispatcher, 'settled' | 'workers'>;
  readonly watch: SweepWatcher;
  readonly limits: RetryLimits;
  /** Ms since 1970, as it is recorded. */
  readonly now: () => number;
  /** Ms since 1970 by a clock that is not set: what a retry waits by. */
  readonly steadyNow: () => number;
  /** Whether any trial of the sweep is done already. */
  readonly hasDone: boolean;
  /** A failure that every worker or every trial shares has come too often. */
  readonly onHalt: (halt: Halt) => void;
}

/** Why a sweep is halted. */
export interface Halt {
  readonly failure: Failure;
  /** Trials that failed alike, where that is why: then it is the grid's or the trainer's fault, and no machine's. */
  readonly alike?: number;
  /** The end of what the user's trainer printed in the last of them. */
  readonly logTail?: string | undefined;
}

/** To be done once what was written is committed. */
export type Effect = () => void;
const NO_EFFECT: Effect = () => undefined;

/**
 * Stores the end of an attempt, and returns what follows from it. Nothing but the store is touched before the effect is called: when the
 * write throws, or the transaction around it, the same event can be settled again. Of an attempt that is not the newest nothing is stored
 * and nothing is reported.
 */
export function makeSettler(
  options: SettlerOptions,
): (event: LastEvent, worker: string, history: TrialHistory) => Effect {
  const { store, dispatcher, watch, limits, now, steadyNow, hasDone, onHalt } = options;
  const alike = makeAlikeFailures(hasDone);
  let sharedInRow = 0;
  /** The workers they came from: one broken device, which fails faster than others train, must not stop the rest. */
  const sharedBy = new Set<string>();

  /**
   * Counts a failure of a kind that every worker may share, and says whether enough of them do. Counted once it is stored and not before: several
   * may come in one transaction, and the transaction twice.
   */
  const isShared = (kind: FailedEvent['kind'], worker: string): boolean => {
    if (kind !== 'data' && kind !== 'device') return false;
    sharedInRow++;
    sharedBy.add(worker);
    // With one worker there is no other to compare with; and after enough failures in a row one worker is enough.
    const areEnough = sharedBy.size >= Math.min(2, dispatcher.workers) || sharedInRow >= 4 * limits.shared;
    return areEnough && judge(kind, { crashes: 0, hostLosses: 0 }, sharedInRow, limits, steadyNow()).act === 'halt';
  };

  const settleFailed = (event: FailedEvent, worker: string, history: TrialHistory): Effect => {
    const { trial, attempt, kind, step } = event;
    const verdict = judge(kind, history, 0, limits, steadyNow());
    const message =
      verdict.act === 'fail' && kind === 'out-of-memory' ? outOfMemoryMessage(event, history) : event.message;
    const failure: Failure = { kind, message, step };
    const write = {
      fail: () => store.fail(trial, attempt, failure, now()),
      retry: () => store.fail(trial, attempt, failure, now(), verdict.act === 'retry' ? verdict.at : undefined),
      shrink: () => store.shrink(trial, attempt, failure, verdict.act === 'shrink' ? verdict.microBatch : 0, now()),
      release: () => store.release(trial, attempt, kind === 'host-lost' ? kind : 'interrupted', now()),
      halt: () => store.release(trial, attempt, 'interrupted', now()),
    }[verdict.act];
    if (write() === 'fenced') return NO_EFFECT;
    return () => {
      if (verdict.act === 'fail') dispatcher.settled(trial);
      watch({ type: 'failed', trial, attempt, kind, message, next: NEXT[verdict.act] });
      const { trials, workers } = alike.failed(event, worker);
      // With one worker there is no other to compare with; and after enough failures one worker is enough.
      const areAll = workers >= Math.min(2, dispatcher.workers) || trials >= 4 * limits.alike;
      if (trials >= limits.alike && areAll) onHalt({ failure, alike: trials, logTail: event.logTail });
      else if (isShared(kind, worker)) onHalt({ failure });
    };
  };

  return (event, worker, history) => {
    if (event.type === 'failed') return settleFailed(event, worker, history);
    if (store.finish(event.trial, event.attempt, event.result, now()) === 'fenced') return NO_EFFECT;
    return () => {
      sharedInRow = 0;
      sharedBy.clear();
      alike.done();
      dispatcher.settled(event.trial);
      watch({ type: 'done', trial: event.trial, attempt: event.attempt });
    };
  };
}

const NEXT = { fail: 'final', retry: 'retried', shrink: 'shrunk', release: 'released', halt: 'released' } as const;

/** Why smaller micro-batches cannot fix an out-of-memory failure. */
function outOfMemoryMessage({ message }: FailedEvent, { images }: TrialHistory): string {
  if (images === undefined) return message;
  const { batch, microBatch } = images;
  const held = microBatch < batch ? `${microBatch} of its ${batch} images at a time` : `its batch of ${batch} images`;
  return `${message} (with ${held}, which cannot be split further: free memory, or leave this cell to a larger machine)`;
}
