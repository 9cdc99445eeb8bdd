import type { WorkerEvent } from '../../contract/index.ts';
import type { Failure, WaitingTrial } from '../../results/index.ts';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import type { SweepWatcher } from './news.ts';
import { judge, type RetryLimits } from './retry-policy.ts';
import type { SweepStore } from './sweep-store.ts';

export type LastEvent = Extract<WorkerEvent, { type: 'done' | 'failed' }>;
type FailedEvent = Extract<WorkerEvent, { type: 'failed' }>;

export interface SettlerOptions {
  readonly store: Pick<SweepStore, 'finish' | 'fail' | 'release'>;
  readonly dispatcher: Pick<Dispatcher, 'settled'>;
  readonly watch: SweepWatcher;
  readonly limits: RetryLimits;
  readonly now: () => number;
  /** A failure that every worker shares has come too often. */
  readonly onHalt: (failure: Failure) => void;
}

/** To be done once what was written is safely in the store. */
export type Effect = () => void;
const NO_EFFECT: Effect = () => undefined;

/**
 * Stores the end of an attempt, and returns what follows from it. Nothing but the store is touched before the effect is called: when the
 * write throws, or the transaction around it, the same event can be settled again. Of an attempt that is not the newest nothing is stored
 * and nothing told.
 */
export function makeSettler(
  options: SettlerOptions,
): (event: LastEvent, history: Pick<WaitingTrial, 'crashes' | 'hostLosses'>) => Effect {
  const { store, dispatcher, watch, limits, now, onHalt } = options;
  let sharedInRow = 0;

  const settleFailed = (event: FailedEvent, history: Pick<WaitingTrial, 'crashes' | 'hostLosses'>): Effect => {
    const { trial, attempt, kind, message, step } = event;
    const shared = kind === 'data' || kind === 'device' ? sharedInRow + 1 : sharedInRow;
    const verdict = judge(kind, history, shared, limits, now());
    const failure: Failure = { kind, message, step };
    const write = {
      fail: () => store.fail(trial, attempt, failure, now()),
      retry: () => store.fail(trial, attempt, failure, now(), verdict.act === 'retry' ? verdict.at : undefined),
      release: () => store.release(trial, attempt, kind === 'host-lost' ? kind : 'interrupted', now()),
      halt: () => store.release(trial, attempt, 'interrupted', now()),
    }[verdict.act];
    if (write() === 'fenced') return NO_EFFECT;
    return () => {
      sharedInRow = shared;
      if (verdict.act === 'fail') dispatcher.settled(trial);
      const next = verdict.act === 'fail' ? 'final' : verdict.act === 'retry' ? 'retried' : 'released';
      watch({ type: 'failed', trial, attempt, kind, message, next });
      if (verdict.act === 'halt') onHalt(failure);
    };
  };

  return (event, history) => {
    if (event.type === 'failed') return settleFailed(event, history);
    if (store.finish(event.trial, event.attempt, event.result, now()) === 'fenced') return NO_EFFECT;
    return () => {
      sharedInRow = 0;
      dispatcher.settled(event.trial);
      watch({ type: 'done', trial: event.trial, attempt: event.attempt });
    };
  };
}
