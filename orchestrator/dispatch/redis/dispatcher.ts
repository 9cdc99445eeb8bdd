import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { EngineName } from '../../../contract/index.ts';
import { makeAwakeClock } from '../../../worker/index.ts';
import {
  attemptKey,
  duplicateRedis,
  keys,
  makeNotice,
  WIRE_VERSION,
  type Notice,
} from '../../../worker/remote/index.ts';
import type { Assignment, DispatchHandlers, Dispatcher } from '../dispatcher.ts';
import { makeAttemptTracker, WORKER_UNKNOWN } from './attempt-tracker.ts';
import { openJobs } from './jobs.ts';
import { makeLeaseMonitor } from './lease-monitor.ts';
import { makeLeaseTable } from './lease-table.ts';
import { openInbox } from './inbox.ts';
import { makeSendControl } from './send-control.ts';
import { jobId, pack, weightOf } from './packing.ts';
import { makeWorkerRegistry } from './worker-registry.ts';

interface RedisDispatcherOptions {
  /** Connected; closed by the dispatcher. */
  readonly redis: Redis;
  /** Names the store, 32 hex digits. */
  readonly store: string;
  readonly engine: EngineName;
  /** Names this orchestrator. */
  readonly reader: string;
  /** Attempts that an earlier orchestrator handed out and that may still be at work somewhere. */
  readonly adopt: readonly { readonly trial: string; readonly attempt: number }[];
  readonly log: (text: string) => void;
  /** How long an attempt may give no sign before it is taken to be lost, ms. Workers beat every 5 s. @defaultValue 30 s */
  readonly leaseMs?: number;
  /** Between two looks at heartbeats and queue, ms. @defaultValue 1 s, or a sixth of a lease below 6 s */
  readonly tickMs?: number;
  /**
   * Long trials that wait in the queue for each slot, so that workers have something to do while the orchestrator is away.
   *
   * @defaultValue 1
   */
  readonly ahead?: number;
  /** How long `stop` waits for workers to hand back, ms. @defaultValue 90 s */
  readonly stopMs?: number;
}

/** Jobs of short trials that wait for each slot: a slot must not idle for the time of a round trip. */
const SHORT_AHEAD = 3;

/** Wait after a command that Redis refused, ms. */
const TROUBLE_MS = 250;

type Phase = 'running' | 'stopping' | 'killed' | 'closed';

/**
 * Hands attempts to workers on other machines, over Redis. Redis carries and nothing more: when something in it is lost, the lease table notices that an
 * attempt gives no sign any more and says so, and the sweep loop hands the trial out again under a new number.
 */
export function makeRedisDispatcher(options: RedisDispatcherOptions): Dispatcher {
  const { redis, store, engine, reader, log, leaseMs = 30_000, ahead = 1, stopMs = 90_000 } = options;
  const tickMs = options.tickMs ?? Math.min(1000, leaseMs / 6);
  const reading = duplicateRedis(redis);
  const jobs = openJobs(redis, engine, store);
  const registry = makeWorkerRegistry(redis, leaseMs);
  const leases = makeLeaseTable(leaseMs);
  const sendControl = makeSendControl(redis);
  const clock = makeAwakeClock({ everyMs: tickMs, lateMs: leaseMs / 2 });
  const loops: Promise<void>[] = [];
  /** Removals under way of what finished trials left. */
  const tidyings = new Set<Promise<unknown>>();
  let handlers: DispatchHandlers | undefined;
  const tracker = makeAttemptTracker(leases, clock.now, (...said) => handlers?.onEvents(...said));
  let phase: Phase = 'running';
  let unsent: Assignment[] = [];
  let slots = 0;
  let isFilling = true;
  let hasWorkers: boolean | undefined;
  /** Read through a function: after an `await` it may have changed since it was checked. */
  const isOver = (): boolean => phase === 'closed' || phase === 'killed';
  const inbox = openInbox({ redis, reading, store, tracker, log, isOver });
  const leaseMonitor = makeLeaseMonitor({
    redis,
    store,
    engine,
    reader,
    leaseMs,
    tickMs,
    jobs,
    registry,
    leases,
    tracker,
    sendControl,
    clock,
    isOver,
  });

  // --- who is there, what they say ---

  const tick = async (): Promise<void> => {
    const now = await leaseMonitor.look();
    if (now === undefined) return;
    slots = now;
    tellOfWorkers();
    // More slots make room, and so does what was lost.
    if (phase === 'running') handlers?.onRoom();
  };

  const readInbox = async (): Promise<void> => {
    if ((await inbox.read()) && phase === 'running') handlers?.onRoom();
  };

  /** A sweep that waits for workers looks like one that hangs, unless it tells what it waits for. */
  const tellOfWorkers = (): void => {
    const now = slots > 0;
    if (now === hasWorkers || phase !== 'running') return;
    hasWorkers = now;
    log(
      now
        ? `Workers are there: ${slots} ${slots === 1 ? 'device' : 'devices'}`
        : `No worker of engine ${engine} is there. On a machine that is to train: scalesweep worker --redis URL${engine === 'onnx' ? '' : ` --engine ${engine}`}`,
    );
  };

  // --- handing out ---

  const slotFor: Dispatcher['slotFor'] = (predictedSeconds) => {
    if (phase !== 'running') return undefined;
    const weight = weightOf(predictedSeconds);
    const isShort = weight < 1;
    const capacity = slots * (1 + (isShort ? Math.max(ahead, SHORT_AHEAD) : ahead));
    // Short ones are given when there is room for a batch for each slot, so that batches are full.
    if (tracker.load() + weight > capacity + 1e-6) isFilling = false;
    else if (!isShort || tracker.load() <= capacity - slots) isFilling = true;
    return isFilling ? { worker: WORKER_UNKNOWN, device: engine } : undefined;
  };

  const sendUnsent = (): void => {
    const batches = pack(store, unsent, slots);
    unsent = [];
    for (const batch of batches) {
      const job = jobId(batch);
      for (const { trial, attempt } of batch.attempts) {
        const found = leases.get(attemptKey(trial.id, attempt));
        if (found !== undefined) found.job = job;
      }
    }
    // What Redis does not take gives no sign, and is handed out again.
    void attempt(jobs.add(batches), handingOut);
  };

  // --- life ---

  const tell = (text: string): void => {
    if (!isOver()) log(text);
  };
  const looking = makeNotice({
    log: tell,
    failing: 'Cannot see workers and queue just now',
    again: 'Workers and queue can be seen again',
  });
  const receiving = makeNotice({
    log: tell,
    failing: 'Cannot receive results just now',
    again: 'Results are received again',
  });
  const acknowledging = makeNotice({
    log: tell,
    failing: 'Workers cannot be told just now what is stored',
    again: 'Workers are told again what is stored',
  });
  const handingOut = makeNotice({
    log: tell,
    failing: 'Trials cannot be handed out just now',
    again: 'Trials are handed out again',
  });
  const steering = makeNotice({
    log: tell,
    failing: 'Workers cannot be asked to hand back just now',
    again: 'Workers can be asked again to hand back',
  });

  /** What Redis refuses proves nothing about workers. */
  const attempt = async (act: Promise<unknown>, notice: Notice): Promise<boolean> => {
    try {
      await act;
      notice.worked();
      return true;
    } catch (error) {
      if (!isOver()) leaseMonitor.blind();
      notice.failed(error);
      return false;
    }
  };

  const repeat = async (act: () => Promise<void>, pauseMs: number, notice: Notice): Promise<void> => {
    while (!isOver()) {
      const hasWorked = await attempt(act(), notice);
      const waitMs = hasWorked ? pauseMs : Math.max(pauseMs, TROUBLE_MS);
      if (waitMs > 0) await sleep(waitMs);
    }
  };

  const findAdopted = async (): Promise<void> => {
    for (const [key, job] of await jobs.waiting()) {
      const attempt = leases.get(key);
      if (attempt !== undefined) Object.assign(attempt, { job, isTaken: false });
    }
  };

  const takeBackWaiting = async (): Promise<void> => {
    for (const job of new Set(
      [...leases.all()].flatMap(({ job, isTaken }) => (job === undefined || isTaken ? [] : [job])),
    )) {
      if (!(await jobs.takeBack(job))) continue;
      tracker.declare(
        [...leases.all()].filter((attempt) => attempt.job === job),
        'interrupted',
        'Taken back before it began',
      );
    }
  };

  return {
    get parallelism() {
      return slots;
    },
    get waitsFor() {
      return slots === 0 ? `a worker of engine ${engine}` : undefined;
    },
    get workers() {
      return registry.alive(engine, clock.now()).length;
    },
    start: (given) => {
      handlers = given;
      for (const { trial, attempt } of options.adopt)
        tracker.open({ trial, attempt, predictedSeconds: 1, job: undefined, isTaken: true });
      redis.on('close', leaseMonitor.blind);
      loops.push(
        attempt(findAdopted(), looking).then(() => repeat(tick, tickMs, looking)),
        repeat(readInbox, 0, receiving),
        repeat(inbox.acknowledge, 50, acknowledging),
      );
    },
    slotFor,
    hand: (_slot, assignment) => {
      const { trial, attempt, predictedSeconds } = assignment;
      tracker.open({ trial: trial.id, attempt, predictedSeconds, job: undefined, isTaken: false });
      unsent.push(assignment);
      if (unsent.length === 1) queueMicrotask(sendUnsent);
    },
    settled: (trial) => {
      const worker = tracker.takeSavedBy(trial);
      if (worker === undefined) return;
      const tidying = sendControl(worker, { v: WIRE_VERSION, type: 'settled', trials: [trial] })
        // The worker forgets it as well, once nothing of it is on its way; this is for one that is gone.
        .then(() => redis.unlink(keys.checkpoint(trial)))
        // What cannot be removed now costs room, not results.
        .catch(() => undefined)
        .finally(() => tidyings.delete(tidying));
      tidyings.add(tidying);
    },
    stop: async () => {
      if (phase === 'running') phase = 'stopping';
      const end = clock.now() + stopMs;
      for (let round = 0; leases.size() > 0 && clock.now() < end && !isOver(); round++) {
        // Repeated, since a worker may have taken a batch just after the last control message.
        if (round % 20 === 0 && redis.status === 'ready') {
          await attempt(takeBackWaiting(), steering);
          const attempts = tracker.openKeys();
          for (const { worker } of registry.alive(engine, clock.now()))
            await attempt(sendControl(worker, { v: WIRE_VERSION, type: 'hand-back', store, attempts }), steering);
        }
        await sleep(50);
      }
      tracker.declare([...leases.all()], 'interrupted', `Not handed back within ${Math.round(stopMs / 1000)} s`);
    },
    kill: () => {
      if (isOver()) return;
      const left = [...leases.all()];
      const attempts = tracker.openKeys();
      for (const job of new Set(left.flatMap(({ job }) => job ?? []))) jobs.remove(job).catch(() => undefined);
      for (const { worker } of attempts.length === 0 ? [] : registry.alive(engine, clock.now()))
        sendControl(worker, { v: WIRE_VERSION, type: 'drop', store, attempts }).catch(() => undefined);
      tracker.declare(left, 'host-lost', 'Given up by its orchestrator');
      phase = 'killed';
    },
    close: async () => {
      const isCalm = redis.status === 'ready';
      if (isCalm) {
        await Promise.race([Promise.all([inbox.acknowledge().catch(() => undefined), ...tidyings]), sleep(2000)]);
        if (phase !== 'closed') await Promise.race([leave().catch(() => undefined), sleep(2000)]);
      }
      phase = 'closed';
      reading.disconnect();
      await jobs.close().catch(() => undefined);
      redis.disconnect();
      await Promise.all(loops);
    },
  };

  /** Workers keep their messages from now on. */
  async function leave(): Promise<void> {
    if ((await redis.get(keys.reader(store))) === reader) await redis.unlink(keys.reader(store));
  }
}
