import { EVENT_VERSION, type FailureKind, type WorkerEvent } from '../../contract/index.ts';
import { exitCause, type Exit } from '../child/exit-cause.ts';
import { visibleDevice } from '../child/visible-device.ts';
import { startWorkerProcess, type WorkerProcess } from '../child/worker-process.ts';
import { isLast, PROTOCOL_VERSION } from '../protocol/protocol.ts';
import { FAILURES_IN_ROW, makeDeviceHealth } from './device-health.ts';
import { attemptKey, type AttemptBatch } from './wire.ts';

export interface WorkerSlotOptions {
  /** As it is reported: `cpu`, `cuda:1`. */
  readonly device: string;
  readonly threads: number;
  /** Added to the child's environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly checkpointDir: string;
  /** How long a child at work may say nothing, ms, unless 20 times the predicted time is longer. */
  readonly silenceMs: number;
  /** How long a child may take to save its state, ms. */
  readonly stopMs: number;
  readonly onEvents: (store: string, events: readonly WorkerEvent[]) => void;
  /** It may take a batch, or never will again. */
  readonly onChange: () => void;
}

/** One child process on one device: executes one batch at a time. */
export interface WorkerSlot {
  readonly device: string;
  state(): 'starting' | 'idle' | 'busy' | 'retired';
  /** Why it is retired. */
  why(): string | undefined;
  /** Store and keys of what it has in hand, the one at work first. */
  holding(): { store: string; attempts: readonly string[] } | undefined;
  /** Takes the batch at once and begins it when it is ready; resolves when each of its attempts has ended. */
  run(batch: AttemptBatch, isPrepared: Promise<void>): Promise<void>;
  /** Saves and hands back all it has in hand, if the attempt at work is one of these. */
  handBack(store: string, keys: ReadonlySet<string>): void;
  /** Ends the attempt at work, without a word, if it is one of these. */
  drop(store: string, keys: ReadonlySet<string>): void;
  /** Saves, hands back, ends the child; resolves when it is gone. */
  stop(): Promise<void>;
  /** Ends the child at once, without saving: what it has is lost like its host. */
  kill(): void;
}

type Attempt = AttemptBatch['attempts'][number];

export function makeWorkerSlot(options: WorkerSlotOptions): WorkerSlot {
  const { device, threads, env, checkpointDir, silenceMs, stopMs, onEvents, onChange } = options;
  const visible = visibleDevice(device);
  let child: WorkerProcess | undefined;
  let isReady = false;
  /** Why we killed the child ourselves, if we did. */
  let ending: 'hang' | 'drop' | undefined;
  let store = '';
  let load: Attempt[] = [];
  let lastHeard = 0;
  let startFailures = 0;
  const health = makeDeviceHealth();
  let retired: string | undefined;
  let isStopping = false;
  let isLeaving = false;
  let onUnloaded: () => void = () => undefined;
  let onGone: () => void = () => undefined;
  let killTimer: NodeJS.Timeout | undefined;

  const launch = (): void => {
    isReady = false;
    isLeaving = false;
    ending = undefined;
    child = startWorkerProcess({ onMessage: heard, onExit: buried }, { ...env, ...visible.env });
  };

  const heard: Parameters<typeof startWorkerProcess>[0]['onMessage'] = (message) => {
    lastHeard = performance.now();
    if (message.type === 'ready') {
      isReady = true;
      startFailures = 0;
      onChange();
    } else deliver(message.events);
  };

  const deliver = (events: readonly WorkerEvent[]): void => {
    for (const event of events) {
      if (!isLast(event)) continue;
      load = load.filter(({ trial, attempt }) => trial.id !== event.trial || attempt !== event.attempt);
      suspect(event);
    }
    onEvents(
      store,
      events.map((event) => (event.type === 'started' ? announced(event, device) : event)),
    );
    if (load.length === 0) onUnloaded();
  };

  const suspect = (event: WorkerEvent): void => {
    const why = isLast(event) ? health.ended(store, event) : undefined;
    if (why !== undefined) retire(why);
  };

  const retire = (why: string): void => {
    retired ??= why.split('\n', 1)[0]!;
    child?.send({ v: PROTOCOL_VERSION, type: 'shutdown' });
  };

  const buried = (exit: Exit): void => {
    clearTimeout(killTimer);
    child = undefined;
    const cause = causeOf(exit);
    const left = load;
    load = [];
    // Only the first was at work; those behind it are handed back untouched.
    const events = left.flatMap((attempt, index) => {
      if (index > 0) return [failed(attempt, 'interrupted', 'Handed back before it began')];
      return ending === 'drop' ? [] : [failed(attempt, cause.kind, cause.message)];
    });
    events.forEach(suspect);
    // Also children that die before they are ready.
    if (!isReady && !isStopping && ++startFailures >= FAILURES_IN_ROW) retire(cause.message);
    if (events.length > 0) onEvents(store, events);
    if (isStopping || retired !== undefined) onGone();
    else launch();
    if (left.length > 0) onUnloaded();
    onChange();
  };

  const causeOf = (exit: Exit): { kind: FailureKind; message: string } => {
    if (ending === 'hang')
      return { kind: 'crash', message: `The worker gave no sign of life for ${Math.round(silenceMs / 1000)} s` };
    if (exit.code === 0) return { kind: 'interrupted', message: 'The worker left' };
    return exitCause(exit);
  };

  const watchdog = setInterval(
    () => {
      const [atWork] = load;
      if (atWork === undefined || child === undefined) return;
      if (performance.now() - lastHeard < Math.max(silenceMs, atWork.predictedSeconds * 20_000)) return;
      ending = 'hang';
      child.kill('SIGKILL');
    },
    Math.min(10_000, silenceMs / 4),
  );
  watchdog.unref();

  /** The child saves, hands back and leaves; one that does not within the bound is killed. */
  const askToLeave = (): void => {
    if (isLeaving) return;
    isLeaving = true;
    child?.send({ v: PROTOCOL_VERSION, type: 'stop' });
    killTimer = setTimeout(() => child?.kill('SIGKILL'), stopMs);
    killTimer.unref();
  };

  const isAtWorkOn = (of: string, keys: ReadonlySet<string>): boolean => {
    const [atWork] = load;
    return atWork !== undefined && store === of && keys.has(attemptKey(atWork.trial.id, atWork.attempt));
  };

  launch();
  return {
    device,
    state: () => (retired !== undefined ? 'retired' : load.length > 0 ? 'busy' : isReady ? 'idle' : 'starting'),
    why: () => retired,
    holding: () =>
      load.length === 0
        ? undefined
        : { store, attempts: load.map(({ trial, attempt }) => attemptKey(trial.id, attempt)) },
    run: (batch, isPrepared) => {
      if (load.length > 0 || child === undefined) throw new Error('Expected a slot that is idle, got one at work');
      store = batch.store;
      load = [...batch.attempts];
      lastHeard = performance.now();
      const unloaded = new Promise<void>((resolve) => {
        onUnloaded = resolve;
      });
      const taken = load;
      void isPrepared.then(() => {
        // Handed back meanwhile.
        if (load !== taken) return;
        lastHeard = performance.now();
        const attempts = taken.map(({ trial, attempt, microBatch }) => ({ trial, attempt, microBatch }));
        child?.send({ v: PROTOCOL_VERSION, type: 'run', attempts, device: visible.device, threads, checkpointDir });
      });
      return unloaded;
    },
    handBack: (of, keys) => {
      if (isAtWorkOn(of, keys)) askToLeave();
    },
    drop: (of, keys) => {
      if (!isAtWorkOn(of, keys)) return;
      ending = 'drop';
      child?.kill('SIGKILL');
    },
    stop: async () => {
      isStopping = true;
      clearInterval(watchdog);
      if (child === undefined) return;
      const gone = new Promise<void>((resolve) => {
        onGone = resolve;
      });
      askToLeave();
      await gone;
    },
    kill: () => child?.kill('SIGKILL'),
  };
}

/** Names the device as this worker does, and says so where an earlier attempt's work could not be gone on with. */
function announced(event: Extract<WorkerEvent, { type: 'started' }>, device: string): WorkerEvent {
  const isAnew = event.attempt > 1 && event.resumedFromStep === 0 && event.totalSteps > 0;
  const notes = [event.note, isAnew ? 'no checkpoint of an earlier attempt here: trained from the start' : undefined];
  const note = notes.filter((each) => each !== undefined).join('; ');
  return { ...event, device, ...(note === '' ? {} : { note }) };
}

function failed({ trial, attempt }: Attempt, kind: FailureKind, message: string): WorkerEvent {
  return { v: EVENT_VERSION, trial: trial.id, attempt, type: 'failed', kind, message, step: null };
}
