import { EVENT_VERSION, ScalesweepError, type FailureKind, type WorkerEvent } from '../../contract/index.ts';
import {
  exitCause,
  isLast,
  PROTOCOL_VERSION,
  startWorkerProcess,
  visibleDevice,
  type Exit,
  type WorkerProcess,
} from '../../worker/index.ts';
import type { Assignment, DispatchHandlers, Dispatcher, Slot } from './dispatcher.ts';

/**
 * Predicted seconds of work that a worker is given ahead. Trials longer than this are handed out one at a time, so that nothing
 * waits behind a long one; shorter ones would otherwise leave the worker idle for the time of a message each.
 */
const AHEAD_SECONDS = 0.05;
/** Trials that a worker has at most; it is given more when half of them are done, so that they are claimed and sent together. */
const AHEAD_TRIALS = 128;

/** Workers that die before they can say that they are ready, in a row, until it is taken to be the machine's fault. */
const START_FAILURES = 3;

export interface LocalOptions {
  /** The device of each worker process; one may stand here more than once. */
  readonly devices: readonly string[];
  /** Threads that each may use. @defaultValue 1 */
  readonly threads?: number;
  /** Folder under which each trial has its checkpoints. */
  readonly checkpointDir: string;
  /** Added to the environment of the workers. */
  readonly env?: Readonly<Record<string, string>>;
  /** Removes what a finished trial left in `checkpointDir`; called only for trials that may have left something. */
  readonly clearCheckpoints: (trial: string) => Promise<void>;
  /**
   * How long a worker at work may say nothing before it is taken to hang, and killed; ms. Engines report every 10 s, unless one step takes
   * longer. @defaultValue 15 minutes, or 20 times the attempt's predicted time if that is longer
   */
  readonly silenceMs?: number;
  /** How long `stop` waits for workers to save their state before it kills them, ms. @defaultValue 60 s */
  readonly stopMs?: number;
}

interface LocalWorker {
  readonly name: string;
  /** As the user calls it: `cuda:1`. */
  readonly device: string;
  process: WorkerProcess;
  isReady: boolean;
  /** Set when we kill it for hanging: its exit is then no host's death. */
  isHanging: boolean;
  /** Handed out and not ended, in the order of execution: the first is the one at work. */
  load: Assignment[];
  /** Whether it is being filled up. */
  isFilling: boolean;
  /** Handed out in this turn of the event loop, to be sent together at its end. */
  unsent: Assignment[];
  lastHeard: number;
}

type Phase = 'running' | 'stopping' | 'killed' | 'closed';

/** Executes attempts in child processes of this one. */
export function makeLocalDispatcher(options: LocalOptions): Dispatcher {
  const { devices, threads = 1, checkpointDir, silenceMs = 15 * 60_000, stopMs = 60_000 } = options;
  const workers = new Map<string, LocalWorker>();
  let handlers: DispatchHandlers | undefined;
  let phase: Phase = 'running';
  let startFailures = 0;
  let onEmpty: (() => void) | undefined;
  let watchdog: NodeJS.Timeout | undefined;
  /** Trials with a checkpoint: asking the disk about every trial would be the dearest part of a tiny one. */
  const saved = new Set<string>();
  const clearing = new Set<Promise<void>>();

  const launch = (name: string, device: string): void => {
    const worker: LocalWorker = {
      name,
      device,
      isReady: false,
      isHanging: false,
      load: [],
      isFilling: true,
      unsent: [],
      lastHeard: performance.now(),
      process: startWorkerProcess(
        {
          onMessage: (message) => {
            worker.lastHeard = performance.now();
            if (message.type === 'ready') {
              worker.isReady = true;
              startFailures = 0;
              if (phase === 'running') handlers?.onRoom();
            } else deliver(worker, message.events);
          },
          onExit: (exit) => buried(worker, exit),
        },
        { ...options.env, ...visibleDevice(device).env },
      ),
    };
    workers.set(name, worker);
  };

  const deliver = (worker: LocalWorker, events: readonly WorkerEvent[]): void => {
    for (const event of events) {
      if (event.type === 'checkpoint' || (event.type === 'started' && event.resumedFromStep > 0))
        saved.add(event.trial);
      if (!isLast(event)) continue;
      worker.load = worker.load.filter(({ trial, attempt }) => trial.id !== event.trial || attempt !== event.attempt);
    }
    handlers?.onEvents(
      events.map((event) => named(event, worker.device)),
      worker.name,
    );
    if (phase === 'running') handlers?.onRoom();
  };

  const buried = (worker: LocalWorker, exit: Exit): void => {
    workers.delete(worker.name);
    const cause = causeOf(worker, exit);
    // Only the first was at work; those behind it are handed back untouched.
    const events = worker.load.map((assignment, index) =>
      index === 0
        ? failed(assignment, cause.kind, cause.message)
        : failed(assignment, 'interrupted', 'Handed back before it began'),
    );
    worker.load = [];
    if (events.length > 0) handlers?.onEvents(events, worker.name);
    if (phase === 'running') replace(worker, cause.message);
    if (workers.size === 0) onEmpty?.();
  };

  const causeOf = (worker: LocalWorker, exit: Exit): { kind: FailureKind; message: string } => {
    if (worker.isHanging)
      return { kind: 'crash', message: `The worker gave no sign of life for ${Math.round(silenceMs / 1000)} s` };
    if (phase === 'killed') return { kind: 'host-lost', message: 'The worker was killed' };
    // Asked to leave, it has saved what it could.
    if (exit.code === 0) return { kind: 'interrupted', message: 'The worker left' };
    return exitCause(exit);
  };

  const replace = (worker: LocalWorker, why: string): void => {
    if (!worker.isReady) startFailures++;
    if (startFailures < START_FAILURES) return launch(worker.name, worker.device);
    phase = 'stopping';
    handlers?.onBroken(
      new ScalesweepError(
        'DEVICE_UNAVAILABLE',
        `Expected a worker process to start, got ${START_FAILURES} failures in a row: ${why}`,
        {
          hint: 'scalesweep doctor says what this machine lacks',
        },
      ),
    );
  };

  const killSilent = (): void => {
    const now = performance.now();
    for (const worker of workers.values()) {
      const [atWork] = worker.load;
      const bound = Math.max(
        silenceMs,
        (atWork?.predictedSeconds ?? 0) * 20 * (options.silenceMs === undefined ? 1000 : 0),
      );
      if (atWork === undefined || now - worker.lastHeard < bound) continue;
      worker.isHanging = true;
      worker.process.kill('SIGKILL');
    }
  };

  const signalAll = (signal: NodeJS.Signals): void => {
    for (const worker of workers.values()) worker.process.kill(signal);
  };

  /** Resolves when all workers are gone; kills those that are not after `ms`. */
  const allGone = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => signalAll('SIGKILL'), ms);
      onEmpty = () => {
        clearTimeout(timer);
        clearInterval(watchdog);
        resolve();
      };
      if (workers.size === 0) onEmpty();
    });

  const slotFor = (predictedSeconds: number): Slot | undefined => {
    if (phase !== 'running') return undefined;
    let best: LocalWorker | undefined;
    for (const worker of workers.values()) {
      if (worker.load.length >= AHEAD_TRIALS) worker.isFilling = false;
      else if (worker.load.length <= AHEAD_TRIALS / 2) worker.isFilling = true;
      if (!worker.isReady || !worker.isFilling) continue;
      if (best === undefined || worker.load.length < best.load.length) best = worker;
    }
    if (best === undefined) return undefined;
    const ahead = best.load.reduce((sum, assignment) => sum + assignment.predictedSeconds, predictedSeconds);
    return best.load.length === 0 || ahead <= AHEAD_SECONDS ? { worker: best.name, device: best.device } : undefined;
  };

  const hand = (slot: Slot, assignment: Assignment): void => {
    const worker = workers.get(slot.worker);
    if (worker === undefined) throw new Error(`Expected a slot of this turn, got ${slot.worker}, which is gone`);
    if (worker.load.length === 0) worker.lastHeard = performance.now();
    worker.load.push(assignment);
    worker.unsent.push(assignment);
    if (worker.unsent.length === 1) queueMicrotask(() => sendUnsent(worker));
  };

  const sendUnsent = (worker: LocalWorker): void => {
    const attempts = worker.unsent.map(({ trial, attempt, microBatch }) => ({ trial, attempt, microBatch }));
    worker.unsent = [];
    const { device } = visibleDevice(worker.device);
    worker.process.send({ v: PROTOCOL_VERSION, type: 'run', attempts, device, threads, checkpointDir });
  };

  const settled = (trial: string): void => {
    if (!saved.delete(trial)) return;
    // What cannot be removed now is removed by the next run; a result is not worth less for it.
    const clear = options.clearCheckpoints(trial).catch(() => undefined);
    clearing.add(clear);
    void clear.then(() => clearing.delete(clear));
  };

  return {
    parallelism: devices.length,
    workers: devices.length,
    start: (given) => {
      handlers = given;
      devices.forEach((device, i) => launch(`local-${i + 1}`, device));
      watchdog = setInterval(killSilent, Math.min(10_000, silenceMs / 4));
      watchdog.unref();
    },
    slotFor,
    hand,
    settled,
    stop: async () => {
      if (phase === 'running') phase = 'stopping';
      for (const worker of workers.values()) worker.process.send({ v: PROTOCOL_VERSION, type: 'stop' });
      await allGone(stopMs);
    },
    kill: () => {
      phase = 'killed';
      signalAll('SIGKILL');
    },
    close: async () => {
      if (phase !== 'killed') phase = 'closed';
      for (const worker of workers.values()) worker.process.send({ v: PROTOCOL_VERSION, type: 'shutdown' });
      await allGone(5000);
      await Promise.all(clearing);
    },
  };
}

/** With the device as the user calls it: a child calls the one GPU that it sees cuda:0. */
function named(event: WorkerEvent, device: string): WorkerEvent {
  return event.type === 'started' ? { ...event, device } : event;
}

function failed({ trial, attempt }: Assignment, kind: FailureKind, message: string): WorkerEvent {
  return { v: EVENT_VERSION, trial: trial.id, attempt, type: 'failed', kind, message, step: null };
}
