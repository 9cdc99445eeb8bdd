import type { WorkerEvent } from '../../contract/index.ts';
import { supervise, type SupervisorOptions } from '../child/supervisor.ts';
import { isLast } from '../protocol/protocol.ts';
import { makeDeviceHealth } from './device-health.ts';
import { attemptKey, type AttemptBatch } from './wire.ts';

interface WorkerSlotOptions extends Omit<SupervisorOptions, 'onEvents'> {
  readonly onEvents: (store: string, events: readonly WorkerEvent[]) => void;
}

/** One child process on one device: executes one batch at a time. */
export interface WorkerSlot {
  readonly device: string;
  state(): 'starting' | 'idle' | 'busy' | 'retired';
  /** Why it is retired, in one line. */
  why(): string | undefined;
  /** Store and keys of what it has in hand, the one at work first. */
  holding(): { store: string; attempts: readonly string[] } | undefined;
  /** Takes the batch at once and starts it when it is prepared; resolves when each of its attempts has ended. */
  run(batch: AttemptBatch, isPrepared: Promise<void>): Promise<void>;
  /** Saves and hands back all it has in hand, if the attempt at work is one of these. */
  handBack(store: string, keys: ReadonlySet<string>): void;
  /** Ends the attempt at work, without an event, if it is one of these. */
  drop(store: string, keys: ReadonlySet<string>): void;
  /** Saves, hands back, ends the child; resolves when it is gone. */
  stop(): Promise<void>;
  /** Ends the child at once, without saving: what it has is lost like its host. */
  kill(): void;
}

export function makeWorkerSlot(options: WorkerSlotOptions): WorkerSlot {
  const { device, onEvents, onChange } = options;
  const health = makeDeviceHealth();
  let store = '';
  let onDone: () => void = () => undefined;

  const endBatch = (): void => {
    if (child.inHand().length === 0) onDone();
  };

  const child = supervise({
    ...options,
    onEvents: (events) => {
      for (const event of events) {
        const why = isLast(event) ? health.ended(store, event) : undefined;
        if (why !== undefined) child.retire(why);
      }
      onEvents(
        store,
        events.map((event) => (event.type === 'started' ? withNote(event) : event)),
      );
      endBatch();
    },
    onChange: () => {
      endBatch();
      onChange();
    },
  });

  const isAtWorkOn = (of: string, keys: ReadonlySet<string>): boolean => {
    const [atWork] = child.inHand();
    return atWork !== undefined && store === of && keys.has(attemptKey(atWork.trial.id, atWork.attempt));
  };

  return {
    device,
    state: () => child.state(),
    why: () => child.why()?.split('\n', 1)[0],
    holding: () => {
      const attempts = child.inHand().map(({ trial, attempt }) => attemptKey(trial.id, attempt));
      return attempts.length === 0 ? undefined : { store, attempts };
    },
    run: (batch, isPrepared) => {
      if (child.state() !== 'idle') throw new Error(`Expected a worker slot that is idle, got ${child.state()}`);
      store = batch.store;
      const done = new Promise<void>((resolve) => {
        onDone = resolve;
      });
      child.give(batch.attempts, isPrepared);
      return done;
    },
    handBack: (of, keys) => {
      if (isAtWorkOn(of, keys)) child.handBack();
    },
    drop: (of, keys) => {
      if (isAtWorkOn(of, keys)) child.drop();
    },
    stop: () => child.stop(),
    kill: () => child.kill(),
  };
}

/** Says where the work of an earlier attempt could not be continued. */
function withNote(event: Extract<WorkerEvent, { type: 'started' }>): WorkerEvent {
  const isFromStart = event.attempt > 1 && event.resumedFromStep === 0 && event.totalSteps > 0;
  const notes = [
    event.note,
    isFromStart ? 'no checkpoint of an earlier attempt here: trained from the start' : undefined,
  ];
  const note = notes.filter((each) => each !== undefined).join('; ');
  return { ...event, ...(note === '' ? {} : { note }) };
}
