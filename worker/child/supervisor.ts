import { failedEvent, handedBack, type FailureKind, type Trial, type WorkerEvent } from '../../contract/index.ts';
import { isLast, PROTOCOL_VERSION, type FromWorker } from '../protocol/protocol.ts';
import { exitCause, type Exit } from './exit-cause.ts';
import { silenceLimitMs } from './silence.ts';
import { visibleDevice } from './visible-device.ts';
import { afterAwake, startWatchdog } from './watchdog.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

/** An attempt as it is given to a child. */
interface GivenAttempt {
  readonly trial: Trial;
  readonly attempt: number;
  /** Images to hold at one time, where the whole batch was too many. */
  readonly microBatch?: number | undefined;
  /** Decides how long a silence is accepted. */
  readonly predictedSeconds: number;
}

export interface SupervisorOptions {
  /** As it is reported: `cpu`, `cuda:1`. */
  readonly device: string;
  /** Threads that the child may compute with. */
  readonly threads: number;
  /** Folder under which each trial has its checkpoints. */
  readonly checkpointDir: string;
  /** Added to the child's environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** See {@link silenceLimitMs}. @defaultValue 15 minutes */
  readonly silenceMs?: number | undefined;
  /** How long a child that was asked to leave may take to save its state, ms. @defaultValue 60 s */
  readonly stopMs?: number | undefined;
  /**
   * Events in the order in which they happened. Each attempt given ends with exactly one `done` or `failed`, unless it was dropped: where
   * the child cannot say so any more, the supervisor does.
   */
  readonly onEvents: (events: readonly WorkerEvent[]) => void;
  /** The child is ready, or has exited; {@link Supervisor.state} tells. */
  readonly onChange: () => void;
}

/** One child process on one device, started again for as long as it is wanted. */
export interface Supervisor {
  readonly device: string;
  /** `starting`: there is no child to give anything to now; `retired`: there never will be one again. */
  state(): 'starting' | 'idle' | 'busy' | 'retired';
  /** Why it is retired. */
  why(): string | undefined;
  /** Given and not ended, in the order of execution: the first is at work. */
  inHand(): readonly GivenAttempt[];
  /** Adds attempts at once, and sends them at the end of this turn of the event loop, or when they are prepared. */
  give(attempts: readonly GivenAttempt[], isPrepared?: Promise<void>): void;
  /** Lets the child save its state and hand back all it has (`interrupted`); another child follows. */
  handBack(): void;
  /** Kills the child. The attempt at work ends without an event, those behind it are handed back; another child follows. */
  drop(): void;
  /** Lets the child finish what it has in hand; no other follows. */
  retire(why: string): void;
  /** Lets the child save its state and hand back, and kills it if that takes longer; resolves when it is gone. No other follows. */
  stop(withinMs?: number): Promise<void>;
  /** Kills the child; its attempt at work ends as `host-lost`. No other follows. */
  kill(): void;
}

/** Children in a row that exit before they are ready, until the device is retired. */
export const START_FAILURES = 3;
/** Wait before the second start in a row, ms; doubled before the third. A child that was ready is replaced at once. */
const RESTART_MS = 250;

type Cause = { readonly kind: FailureKind; readonly message: string };

const KILLED: Cause = { kind: 'host-lost', message: 'The worker was killed' };

/** Starts a child and keeps one there: restarts it, feeds it attempts, kills it when it hangs, turns its exit into events. */
export function supervise(options: SupervisorOptions): Supervisor {
  const { device, threads, checkpointDir, env, silenceMs, stopMs = 60_000, onEvents, onChange } = options;
  const visible = visibleDevice(device);
  let child: WorkerProcess | undefined;
  let isReady = false;
  let isLeaving = false;
  let isDropped = false;
  /** Why we killed the child, if we did. */
  let killedFor: Cause | undefined;
  let load: GivenAttempt[] = [];
  let unsent: GivenAttempt[] | undefined;
  let startFailures = 0;
  let retired: string | undefined;
  let isEnding = false;
  /** Cancels the wait before a start, or before a child that leaves is killed. */
  let cancel: () => void = () => undefined;
  let onGone: () => void = () => undefined;
  const gone = new Promise<void>((resolve) => {
    onGone = resolve;
  });

  const launch = (): void => {
    isLeaving = isDropped = false;
    killedFor = undefined;
    watchdog.heard();
    child = startWorkerProcess({ onMessage: receive, onExit: exited }, { ...env, ...visible.env });
  };

  const receive = (message: FromWorker): void => {
    watchdog.heard();
    if (message.type === 'events') return deliver(message.events);
    isReady = true;
    startFailures = 0;
    onChange();
  };

  const deliver = (events: readonly WorkerEvent[]): void => {
    for (const event of events) {
      if (!isLast(event)) continue;
      const index = load.findIndex(({ trial, attempt }) => trial.id === event.trial && attempt === event.attempt);
      if (index !== -1) load.splice(index, 1);
    }
    // With the device as the user calls it: a child calls the one GPU that it sees cuda:0.
    onEvents(events.map((event) => (event.type === 'started' ? { ...event, device } : event)));
  };

  const exited = (exit: Exit): void => {
    cancel();
    child = unsent = undefined;
    const cause = killedFor ?? causeOfExit(exit);
    // Only the first was at work; those behind it are handed back untouched.
    const events = load.flatMap(({ trial: { id: trial }, attempt }, index) => {
      if (index > 0) return [handedBack({ trial, attempt })];
      return isDropped ? [] : [failedEvent({ trial, attempt }, cause.kind, cause.message, null, { isDeath: true })];
    });
    load = [];
    if (!isReady && ++startFailures >= START_FAILURES) retired ??= cause.message;
    isReady = false;
    if (events.length > 0) onEvents(events);
    if (isEnding || retired !== undefined) {
      watchdog.stop();
      onGone();
    } else if (startFailures === 0) launch();
    else {
      const timer = setTimeout(launch, RESTART_MS * 2 ** (startFailures - 1));
      cancel = () => clearTimeout(timer);
    }
    onChange();
  };

  const killFor = (cause: Cause): void => {
    killedFor = cause;
    child?.kill('SIGKILL');
  };

  const watchdog = startWatchdog({
    limitMs: () =>
      isLeaving || child === undefined || (isReady && load.length === 0)
        ? undefined
        : silenceLimitMs(load[0], silenceMs),
    onSilence: (limitMs) =>
      killFor({ kind: 'crash', message: `The worker gave no sign of life for ${Math.round(limitMs / 1000)} s` }),
    everyMs: Math.min(10_000, silenceLimitMs(undefined, silenceMs) / 4),
  });

  const askToLeave = (withinMs: number): void => {
    if (!isLeaving) child?.send({ v: PROTOCOL_VERSION, type: 'stop' });
    isLeaving = true;
    cancel();
    const message = `The worker did not save its state within ${Math.round(withinMs / 1000)} s and was killed`;
    cancel = afterAwake(withinMs, () => killFor({ kind: 'host-lost', message }));
  };

  const send = (given: readonly GivenAttempt[]): void => {
    const attempts = given.map(({ trial, attempt, microBatch }) => ({ trial, attempt, microBatch }));
    child?.send({ v: PROTOCOL_VERSION, type: 'run', attempts, device: visible.device, threads, checkpointDir });
  };

  launch();
  return {
    device,
    state: () =>
      retired !== undefined ? 'retired' : load.length > 0 ? 'busy' : isReady && !isLeaving ? 'idle' : 'starting',
    why: () => retired,
    inHand: () => load,
    give: (attempts, isPrepared = Promise.resolve()) => {
      if (load.length === 0) watchdog.heard();
      load.push(...attempts);
      if (unsent !== undefined) return void unsent.push(...attempts);
      const mine = (unsent = [...attempts]);
      void isPrepared.then(() => {
        // The child that they were for has exited meanwhile.
        if (unsent !== mine) return;
        unsent = undefined;
        send(mine);
      });
    },
    handBack: () => askToLeave(stopMs),
    drop: () => {
      isDropped = true;
      killFor(KILLED);
    },
    retire: (why) => {
      retired ??= why;
      child?.send({ v: PROTOCOL_VERSION, type: 'shutdown' });
    },
    stop: async (withinMs = stopMs) => {
      isEnding = true;
      if (child === undefined) {
        cancel();
        watchdog.stop();
        return;
      }
      askToLeave(withinMs);
      await gone;
    },
    kill: () => {
      isEnding = true;
      if (child === undefined) cancel();
      killFor(KILLED);
    },
  };
}

function causeOfExit(exit: Exit): Cause {
  // Asked to leave, it has saved what it could.
  return exit.code === 0 ? { kind: 'interrupted', message: 'The worker left' } : exitCause(exit);
}
