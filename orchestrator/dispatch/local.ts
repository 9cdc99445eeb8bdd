import { ScalesweepError } from '../../contract/index.ts';
import { START_FAILURES, supervise, type Supervisor } from '../../worker/index.ts';
import type { Assignment, DispatchHandlers, Dispatcher, Slot } from './dispatcher.ts';

/**
 * Predicted seconds of work that a worker is given ahead. Trials longer than this are handed out one at a time, so that nothing
 * waits behind a long one; shorter ones would otherwise leave the worker idle for the time of a message each.
 */
const AHEAD_SECONDS = 0.05;
/** Trials that a worker has at most; it is given more when half of them are done, so that they are claimed and sent together. */
const AHEAD_TRIALS = 128;
/** How long workers may take to leave when all is done, ms. */
const CLOSE_MS = 5000;

export interface LocalOptions {
  /** The device of each worker process; one may stand here more than once. */
  readonly devices: readonly string[];
  /** Threads that each may compute with. @defaultValue 1 */
  readonly threads?: number;
  /** Folder under which each trial has its checkpoints. */
  readonly checkpointDir: string;
  /** Added to the environment of the workers. */
  readonly env?: Readonly<Record<string, string>>;
  /** Removes what a finished trial left in `checkpointDir`; called only for trials that may have left something. */
  readonly clearCheckpoints: (trial: string) => Promise<void>;
  /** How long a worker with something to do may be silent, ms: see `worker/child/silence.ts`. @defaultValue 15 minutes */
  readonly silenceMs?: number;
  /** How long `stop` waits for workers to save their state before it kills them, ms. @defaultValue 60 s */
  readonly stopMs?: number;
  readonly log?: (text: string) => void;
}

interface LocalWorker {
  readonly name: string;
  readonly child: Supervisor;
  /** Whether it is being filled up. */
  isFilling: boolean;
}

/** Executes attempts in child processes of this one. */
export function makeLocalDispatcher(options: LocalOptions): Dispatcher {
  const { devices, threads = 1, checkpointDir, env, silenceMs, stopMs, log } = options;
  const workers = new Map<string, LocalWorker>();
  let handlers: DispatchHandlers | undefined;
  let isRunning = true;
  /** Trials with a checkpoint: asking the disk about every trial would be the dearest part of a tiny one. */
  const saved = new Set<string>();
  const clearing = new Set<Promise<void>>();

  const start = (name: string, device: string): void => {
    const child = supervise({
      device,
      threads,
      checkpointDir,
      env,
      silenceMs,
      stopMs,
      onEvents: (events) => {
        for (const event of events) {
          if (event.type === 'checkpoint' || (event.type === 'started' && event.resumedFromStep > 0))
            saved.add(event.trial);
        }
        handlers?.onEvents(events, name);
        if (isRunning) handlers?.onRoom();
      },
      onChange: () => {
        if (!isRunning) return;
        if (child.state() === 'retired') retired(name, child);
        else handlers?.onRoom();
      },
    });
    workers.set(name, { name, child, isFilling: true });
  };

  const retired = (name: string, child: Supervisor): void => {
    if (!workers.delete(name)) return;
    if (workers.size > 0) return log?.(`${name} (${child.device}) is not started again: ${child.why()}`);
    isRunning = false;
    handlers?.onBroken(
      new ScalesweepError(
        'DEVICE_UNAVAILABLE',
        `Expected a worker process to start, got ${START_FAILURES} failures in a row: ${child.why()}`,
        { hint: 'scalesweep doctor says what this machine lacks' },
      ),
    );
  };

  const stopAll = async (withinMs?: number): Promise<void> => {
    isRunning = false;
    await Promise.all([...workers.values()].map(({ child }) => child.stop(withinMs)));
  };

  const slotFor = (predictedSeconds: number): Slot | undefined => {
    if (!isRunning) return undefined;
    let best: LocalWorker | undefined;
    for (const worker of workers.values()) {
      const load = worker.child.inHand().length;
      if (load >= AHEAD_TRIALS) worker.isFilling = false;
      else if (load <= AHEAD_TRIALS / 2) worker.isFilling = true;
      if (!worker.isFilling || worker.child.state() === 'starting') continue;
      if (best === undefined || load < best.child.inHand().length) best = worker;
    }
    if (best === undefined) return undefined;
    const inHand = best.child.inHand();
    const ahead = inHand.reduce((sum, assignment) => sum + assignment.predictedSeconds, predictedSeconds);
    return inHand.length === 0 || ahead <= AHEAD_SECONDS ? { worker: best.name, device: best.child.device } : undefined;
  };

  const hand = (slot: Slot, assignment: Assignment): void => {
    const worker = workers.get(slot.worker);
    if (worker === undefined) throw new Error(`Expected a slot of this turn, got ${slot.worker}, which is gone`);
    worker.child.give([assignment]);
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
      devices.forEach((device, i) => start(`local-${i + 1}`, device));
    },
    slotFor,
    hand,
    settled,
    stop: () => stopAll(),
    kill: () => {
      isRunning = false;
      for (const { child } of workers.values()) child.kill();
    },
    close: async () => {
      await stopAll(CLOSE_MS);
      await Promise.all(clearing);
    },
  };
}
