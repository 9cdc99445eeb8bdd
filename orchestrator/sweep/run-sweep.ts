import type { Counts, WaitingTrial } from '../../results/index.ts';
import { timerMs } from '../../contract/index.ts';
import { isLast } from '../../worker/index.ts';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import type { SweepWatcher } from './news.ts';
import { historyOf } from './history.ts';
import { makeFlatPredictor, type Predictor } from './predictor.ts';
import { groupEvents, recordEvents, type EventGroup } from './record-events.ts';
import { RETRY_LIMITS, type RetryLimits, type TrialHistory } from './retry-policy.ts';
import { makeSettler, type Effect, type Halt, type LastEvent } from './settle-attempt.ts';
import { makeInbox } from './store-inbox.ts';
import { makeSteadyClock } from './steady-clock.ts';
import type { SweepStore } from './sweep-store.ts';

/** Trials fetched from the store at a time. */
const FETCH = 256;
/** How often the store is asked whether somebody has paused or cancelled the sweep, ms. */
const STEERING_MS = 1000;

interface RunSweepOptions {
  readonly store: SweepStore;
  readonly sweep: string;
  /** Not started. The caller closes it. */
  readonly dispatcher: Dispatcher;
  readonly watch: SweepWatcher;
  /** Aborted to save all state and return. */
  readonly signal: AbortSignal;
  /** Ms since 1970. */
  readonly now: () => number;
  readonly limits?: RetryLimits;
  /** @defaultValue the flat figure, corrected by the trials of this run */
  readonly predictor?: Predictor;
  /** Attempts that an earlier orchestrator handed out and the dispatcher has adopted: their trials are running already. */
  readonly adopted?: readonly AdoptedAttempt[];
}

export interface AdoptedAttempt extends TrialHistory {
  readonly trial: string;
  readonly attempt: number;
}

export type SweepOutcome =
  /** Every trial has a result or has failed for good. */
  | { readonly kind: 'finished'; readonly counts: Counts }
  | { readonly kind: 'interrupted' | 'paused' | 'cancelled'; readonly counts: Counts }
  /** A failure that every worker or every trial shares: the fix is the user's. */
  | ({ readonly kind: 'halted'; readonly counts: Counts } & Halt);

/** Events of one attempt, and the worker that sent them. */
interface Message {
  readonly group: EventGroup;
  readonly worker: string;
}

interface InFlight {
  readonly history: TrialHistory;
  readonly attempt: number;
  /** What was handed out; unknown of an attempt that was adopted. */
  readonly waiting?: WaitingTrial;
}

/**
 * Hands out a sweep's trials until nothing is left: claim in the store, hand to a worker, store its events, judge
 * its end. Trials go in the store's order, longest predicted first, so that the last to finish are short and
 * no worker is idle for long while another still trains.
 *
 * @throws what the store threw, when a write failed for good; the workers' state is saved first.
 */
export async function runSweep(options: RunSweepOptions): Promise<SweepOutcome> {
  const { store, sweep, dispatcher, watch, signal, now, limits = RETRY_LIMITS, adopted = [] } = options;
  const predictor = options.predictor ?? makeFlatPredictor();
  /** What retries wait by. */
  const steadyNow = makeSteadyClock(now);
  const inFlight = new Map<string, InFlight>(
    adopted.map(({ trial, attempt, ...history }) => [trial, { history, attempt }]),
  );
  let fetched: WaitingTrial[] = [];
  let retryTimer: NodeJS.Timeout | undefined;
  let stopping: Exclude<SweepOutcome['kind'], 'finished'> | undefined;
  let halt: Halt | undefined;
  let settle: (outcome: 'end' | Error) => void = () => undefined;
  const ended = new Promise<'end' | Error>((resolve) => {
    settle = resolve;
  });

  const predict = ({ trial, cost }: WaitingTrial): number => predictor.seconds(trial.spec, cost);

  const stop = (why: NonNullable<typeof stopping>): void => {
    if (stopping !== undefined) return;
    stopping = why;
    clearTimeout(retryTimer);
    watch({ type: 'stopping', why, running: inFlight.size });
    void dispatcher
      .stop()
      .then(() => inbox.empty())
      .then(() => settle('end'));
  };

  let hasGivenUp = false;
  const giveUp = (error: Error): void => {
    hasGivenUp = true;
    stopping ??= 'interrupted';
    clearTimeout(retryTimer);
    void dispatcher.stop().then(() => settle(error));
  };

  const settleAttempt = makeSettler({
    store,
    dispatcher,
    watch,
    limits,
    now,
    steadyNow,
    hasDone: store.counts(sweep).done > 0,
    onHalt: (why) => {
      halt ??= why;
      stop('halted');
    },
  });

  const storeOne = ({ group, worker }: Message, ending: ReadonlySet<string>): Effect => {
    const { head } = group;
    recordEvents(store, group, worker, now(), ending.has(`${head.trial}.${head.attempt}`));
    const close = isLast(head) ? storeEnd(head, worker) : undefined;
    return () => {
      close?.();
      watch({ type: 'event', event: head, worker });
    };
  };

  const storeEnd = (event: LastEvent, worker: string): Effect => {
    const flight = inFlight.get(event.trial);
    const isOurs = flight?.attempt === event.attempt;
    const settled = settleAttempt(event, worker, isOurs ? flight.history : { crashes: 0, hostLosses: 0 });
    return () => {
      // A trial that waits again keeps its priority, also over those already fetched, so that a lost worker's trial restarts within a bound.
      if (event.type === 'failed') fetched = [];
      if (isOurs) {
        inFlight.delete(event.trial);
        if (event.type === 'done' && flight.waiting !== undefined)
          predictor.observe(flight.waiting.trial.spec, flight.waiting.cost, event.result);
      }
      settled();
    };
  };

  /** All messages in one transaction: with tiny trials, most of the time is commits. */
  const inbox = makeInbox<Message>({
    store: (messages) => {
      const ends = messages.flatMap(({ group: { head } }) => (isLast(head) ? [`${head.trial}.${head.attempt}`] : []));
      const ending = new Set(ends);
      const effects = store.batch(() => messages.map((message) => storeOne(message, ending)));
      return () => {
        for (const effect of effects) effect();
      };
    },
    onWait: (error, retryInMs) => watch({ type: 'store-waits', error, retryInMs }),
    onFlowing: () => guardedFill(),
    onGivenUp: giveUp,
  });

  /** Hands out what there is room for; ends the sweep when nothing is left to hand out or to wait for. */
  const fill = (): void => {
    if (stopping !== undefined || inbox.isBlocked()) return;
    const next = fetched.at(-1);
    // Most calls end here, without a transaction.
    if (next !== undefined && dispatcher.slotFor(predict(next)) === undefined) return;
    // Read before the hand-out reads the clock: a delay that ends between the two must not be missed by both.
    const asOf = steadyNow();
    if (!store.batch(handOut)) return;
    if (inFlight.size > 0) return;
    const retryAt = store.nextRetryAt(sweep, asOf);
    if (retryAt === undefined) settle('end');
    else {
      clearTimeout(retryTimer);
      retryTimer = setTimeout(guardedFill, timerMs(retryAt - steadyNow()));
    }
  };

  /**
   * Claims and hands out until no worker has room, all claims in one transaction. Returns whether nothing more waits. If the
   * transaction fails, the store does not know the attempts that were handed out, and rejects their events.
   */
  const handOut = (): boolean => {
    for (;;) {
      if (fetched.length === 0) fetched = store.nextTrials(sweep, FETCH, steadyNow()).reverse();
      const waiting = fetched.at(-1);
      if (waiting === undefined) return true;
      const predictedSeconds = predict(waiting);
      const slot = dispatcher.slotFor(predictedSeconds);
      if (slot === undefined) return false;
      fetched.pop();
      const attempt = store.claim(waiting.trial.id, { worker: slot.worker, device: slot.device, now: now() });
      if (attempt === undefined) continue;
      inFlight.set(waiting.trial.id, { history: historyOf(waiting.trial, waiting), attempt, waiting });
      watch({ type: 'handed', waiting, attempt, slot, predictedSeconds });
      const smaller = waiting.microBatch === null ? {} : { microBatch: waiting.microBatch };
      dispatcher.hand(slot, { trial: waiting.trial, attempt, ...smaller, predictedSeconds });
    }
  };

  /** A store that fails while trials are handed out ends the sweep like one that fails while results come in. */
  const guardedFill = (): void => {
    try {
      fill();
    } catch (error) {
      giveUp(error as Error);
    }
  };

  const steering = setInterval(() => {
    try {
      const { state } = store.sweep(sweep);
      if (state !== 'active') stop(state);
    } catch {
      // Locked for a moment: asked again in a second.
    }
  }, STEERING_MS);
  const onAbort = (): void => stop('interrupted');
  signal.addEventListener('abort', onAbort);

  try {
    watch({ type: 'sweep-started', counts: store.counts(sweep), parallelism: dispatcher.parallelism });
    if (signal.aborted) return { kind: 'interrupted', counts: store.counts(sweep) };
    const asOf = steadyNow();
    if (
      inFlight.size === 0 &&
      store.nextTrials(sweep, 1, asOf).length === 0 &&
      store.nextRetryAt(sweep, asOf) === undefined
    ) {
      return { kind: 'finished', counts: store.counts(sweep) };
    }
    dispatcher.start({
      onEvents: (events, worker, onStored) => {
        inbox.push(groupEvents(events).map((group) => ({ group, worker })));
        // Given up, it resolves as well: then nothing was stored.
        if (onStored !== undefined) void inbox.empty().then(() => hasGivenUp || onStored());
      },
      onRoom: guardedFill,
      onBroken: giveUp,
    });
    const outcome = await ended;
    if (outcome instanceof Error) throw outcome;
    const counts = store.counts(sweep);
    if (stopping === undefined) return { kind: 'finished', counts };
    return stopping === 'halted' ? { kind: 'halted', counts, ...halt! } : { kind: stopping, counts };
  } finally {
    clearInterval(steering);
    clearTimeout(retryTimer);
    inbox.close();
    signal.removeEventListener('abort', onAbort);
  }
}
