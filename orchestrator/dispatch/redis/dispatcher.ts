import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { messageOf, type EngineName } from '../../../contract/index.ts';
import { attemptKey, duplicateRedis, keys, WIRE_VERSION, type Beat, type Order } from '../../../worker/remote/index.ts';
import type { Assignment, DispatchHandlers, Dispatcher } from '../dispatcher.ts';
import { makeBook, WORKER_UNKNOWN } from './book.ts';
import { openJobs } from './jobs.ts';
import { makeLedger } from './ledger.ts';
import { makeMailbox } from './mailbox.ts';
import { jobId, pack, weightOf } from './packing.ts';
import { makeRoster } from './roster.ts';

export interface RedisDispatcherOptions {
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
  /** Between two looks at beats and queue, ms. @defaultValue 1 s, or a sixth of a lease below 6 s */
  readonly tickMs?: number;
  /**
   * Long trials that wait in the queue for each lane, so that workers have something to go on with while the orchestrator is away.
   *
   * @defaultValue 1
   */
  readonly ahead?: number;
  /** How long `stop` waits for workers to hand back, ms. @defaultValue 90 s */
  readonly stopMs?: number;
}

/** Parcels of short trials that wait for each lane: a lane must not idle for the time of a round trip. */
const SHORT_AHEAD = 3;
/** Letters taken from Redis at a time. */
const LETTERS = 64;

type Phase = 'running' | 'stopping' | 'killed' | 'closed';

/**
 * Hands attempts to workers on other machines, over Redis. Redis carries and nothing more: whatever of it is lost, the ledger notices that an
 * attempt gives no sign any more and says so, and the sweep loop hands the trial out again under a new number.
 */
export function makeRedisDispatcher(options: RedisDispatcherOptions): Dispatcher {
  const { redis, store, engine, reader, log, leaseMs = 30_000, ahead = 1, stopMs = 90_000 } = options;
  const tickMs = options.tickMs ?? Math.min(1000, leaseMs / 6);
  const reading = duplicateRedis(redis);
  const jobs = openJobs(redis, engine, store);
  const roster = makeRoster(redis, leaseMs);
  const ledger = makeLedger(leaseMs);
  const mailbox = makeMailbox();
  const clock = (): number => performance.now();
  const loops: Promise<void>[] = [];
  /** Removals under way of what finished trials left. */
  const tidyings = new Set<Promise<unknown>>();
  let handlers: DispatchHandlers | undefined;
  const book = makeBook(ledger, clock, (...said) => handlers?.onEvents(...said));
  let phase: Phase = 'running';
  let unsent: Assignment[] = [];
  let lanes = 0;
  let isFilling = true;
  let hasWorkers: boolean | undefined;
  let isBlind = false;
  let lookedAt = clock();
  let lastTrouble = '';
  let refused = 0;

  // --- letters ---

  const readLetters = async (): Promise<void> => {
    const key = keys.letters(store);
    const first = await reading.blpop(key, 1);
    if (first === null) return;
    const more = (await redis.lpop(key, LETTERS)) ?? [];
    for (const text of [first[1], ...more]) {
      if (isOver()) return;
      const reception = mailbox.receive(text);
      if (reception.act === 'take') {
        const { worker, seq, events } = reception;
        book.take(worker, events, () => {
          if (seq !== null) mailbox.stored(worker, seq);
        });
      } else if (reception.act === 'refuse' && ++refused <= 3)
        log(`Refused ${reception.reason} (no worker of this version wrote it)`);
    }
    if (phase === 'running') handlers?.onRoom();
  };

  const sendAcks = async (): Promise<void> => {
    const due = mailbox.takeDue();
    if (due.size === 0) return;
    const multi = redis.multi();
    for (const [worker, seq] of due)
      multi.hset(keys.acks(worker), store, seq).pexpire(keys.acks(worker), 7 * 24 * 3600_000);
    await multi.exec().catch((error: unknown) => {
      mailbox.putBack(due);
      throw error;
    });
  };

  // --- who is there, what is lost ---

  const tick = async (): Promise<void> => {
    await redis.set(keys.reader(store), reader, 'PX', Math.max(10_000, tickMs * 5));
    const beats = await roster.look(clock());
    if (isOver()) return;
    // Not having looked for a while (Redis was away, or this process was stopped) proves nothing about the workers.
    if (isBlind || clock() - lookedAt > leaseMs / 2) ledger.blindUntil(clock());
    isBlind = false;
    lookedAt = clock();
    for (const each of beats) await heed(each);
    await lookForJobs();
    if (isOver()) return;
    reap();
    const before = lanes;
    lanes = roster
      .alive(engine, clock())
      .reduce((sum, each) => sum + each.lanes.filter(({ state }) => state !== 'retired').length, 0);
    tellOfWorkers();
    if (phase === 'running' && lanes > before) handlers?.onRoom();
  };

  /** A sweep that waits for workers looks like one that hangs, unless it says so. */
  const tellOfWorkers = (): void => {
    const now = lanes > 0;
    if (now === hasWorkers || phase !== 'running') return;
    hasWorkers = now;
    log(
      now
        ? `Workers are there: ${lanes} ${lanes === 1 ? 'device' : 'devices'}`
        : `No worker of engine ${engine} is there. On a machine that is to train: scalesweep worker --redis URL${engine === 'onnx' ? '' : ` --engine ${engine}`}`,
    );
  };

  const heed = async (each: Beat): Promise<void> => {
    const now = clock();
    const holding = each.holding[store] ?? [];
    for (const key of [...holding, ...(each.unacked[store] ?? [])]) ledger.seen(key, now, true);
    // Superseded while its worker was away: what it does there is for nobody.
    const superseded = holding.filter((key) => book.isSuperseded(key));
    if (superseded.length > 0) await give(each.worker, { v: WIRE_VERSION, type: 'drop', store, attempts: superseded });
  };

  /** What no beat has named yet: it may wait in the queue, or have been taken a moment ago. */
  const lookForJobs = async (): Promise<void> => {
    const unheld = [...ledger.all()].filter(({ job, isTaken }) => job !== undefined && !isTaken);
    const where = await jobs.where([...new Set(unheld.map(({ job }) => job!))]);
    const now = clock();
    for (const attempt of unheld) {
      const place = where.get(attempt.job!);
      if (place === 'waiting') attempt.seenAt = now;
      else if (place === 'taken') attempt.isTaken = true;
    }
  };

  const reap = (): void => {
    const lost = ledger.lost(clock());
    if (lost.length === 0) return;
    const jobsOfLost = new Set(lost.flatMap(({ job }) => (job === undefined ? [] : [job])));
    const taken = lost.filter(({ isTaken }) => isTaken);
    book.declare(taken, 'host-lost', `No sign of its worker for ${Math.round(leaseMs / 1000)} s`);
    book.declare(
      lost.filter(({ isTaken }) => !isTaken),
      'interrupted',
      'Lost on its way to a worker',
    );
    const inUse = new Set([...ledger.all()].map(({ job }) => job));
    for (const job of jobsOfLost) if (!inUse.has(job)) jobs.discard(job).catch(() => undefined);
    if (phase === 'running') handlers?.onRoom();
  };

  const give = async (worker: string, given: Order): Promise<void> => {
    await redis.multi().rpush(keys.orders(worker), JSON.stringify(given)).pexpire(keys.orders(worker), 3600_000).exec();
  };

  // --- handing out ---

  const slotFor: Dispatcher['slotFor'] = (predictedSeconds) => {
    if (phase !== 'running') return undefined;
    const weight = weightOf(predictedSeconds);
    const isShort = weight < 1;
    const capacity = lanes * (1 + (isShort ? Math.max(ahead, SHORT_AHEAD) : ahead));
    // Short ones are given when there is room for a parcel for each lane, so that parcels are full.
    if (book.load() + weight > capacity + 1e-6) isFilling = false;
    else if (!isShort || book.load() <= capacity - lanes) isFilling = true;
    return isFilling ? { worker: WORKER_UNKNOWN, device: engine } : undefined;
  };

  const sendUnsent = (): void => {
    const parcels = pack(store, unsent, lanes);
    unsent = [];
    for (const parcel of parcels) {
      const job = jobId(parcel);
      for (const { trial, attempt } of parcel.attempts) {
        const found = ledger.get(attemptKey(trial.id, attempt));
        if (found !== undefined) found.job = job;
      }
    }
    // What Redis does not take gives no sign, and is handed out again.
    jobs.add(parcels).catch(trouble);
  };

  // --- life ---

  /** Read through a function: after an `await` it may have changed, whatever was checked before. */
  const isOver = (): boolean => phase === 'closed' || phase === 'killed';

  const trouble = (error: unknown): void => {
    if (isOver()) return;
    isBlind = true;
    const text = messageOf(error);
    if (text !== lastTrouble) log(`Redis: ${text}`);
    lastTrouble = text;
  };

  const repeat = async (act: () => Promise<void>, pauseMs: number): Promise<void> => {
    while (!isOver()) {
      await act().then(() => (lastTrouble = ''), trouble);
      if (pauseMs > 0) await sleep(pauseMs);
    }
  };

  const findAdopted = async (): Promise<void> => {
    for (const [key, job] of await jobs.waiting()) {
      const attempt = ledger.get(key);
      if (attempt !== undefined) Object.assign(attempt, { job, isTaken: false });
    }
  };

  const takeBackWaiting = async (): Promise<void> => {
    for (const job of new Set(
      [...ledger.all()].flatMap(({ job, isTaken }) => (job === undefined || isTaken ? [] : [job])),
    )) {
      if (!(await jobs.takeBack(job))) continue;
      book.declare(
        [...ledger.all()].filter((attempt) => attempt.job === job),
        'interrupted',
        'Taken back before it began',
      );
    }
  };

  return {
    get parallelism() {
      return lanes;
    },
    start: (given) => {
      handlers = given;
      for (const { trial, attempt } of options.adopt)
        book.open({ trial, attempt, predictedSeconds: 1, job: undefined, isTaken: true });
      redis.on('close', () => (isBlind = true));
      loops.push(
        findAdopted()
          .catch(trouble)
          .then(() => repeat(tick, tickMs)),
        repeat(readLetters, 0),
        repeat(sendAcks, 50),
      );
    },
    slotFor,
    hand: (_slot, assignment) => {
      const { trial, attempt, predictedSeconds } = assignment;
      book.open({ trial: trial.id, attempt, predictedSeconds, job: undefined, isTaken: false });
      unsent.push(assignment);
      if (unsent.length === 1) queueMicrotask(sendUnsent);
    },
    settled: (trial) => {
      const worker = book.takeSavedBy(trial);
      if (worker === undefined) return;
      const tidying = give(worker, { v: WIRE_VERSION, type: 'settled', trials: [trial] })
        // The worker forgets it as well, once nothing of it is on its way; this is for one that is gone.
        .then(() => redis.unlink(keys.checkpoint(trial)))
        // What cannot be removed now costs room, not results.
        .catch(() => undefined)
        .finally(() => tidyings.delete(tidying));
      tidyings.add(tidying);
    },
    stop: async () => {
      if (phase === 'running') phase = 'stopping';
      const end = clock() + stopMs;
      for (let round = 0; ledger.size() > 0 && clock() < end && !isOver(); round++) {
        // Repeated, since a worker may have taken a parcel just after the last order.
        if (round % 20 === 0 && redis.status === 'ready') {
          await takeBackWaiting().catch(trouble);
          const attempts = book.openKeys();
          for (const { worker } of roster.alive(engine, clock()))
            await give(worker, { v: WIRE_VERSION, type: 'hand-back', store, attempts }).catch(trouble);
        }
        await sleep(50);
      }
      book.declare([...ledger.all()], 'interrupted', `Not handed back within ${Math.round(stopMs / 1000)} s`);
    },
    kill: () => {
      if (isOver()) return;
      const left = [...ledger.all()];
      const attempts = book.openKeys();
      for (const job of new Set(left.flatMap(({ job }) => job ?? []))) jobs.discard(job).catch(() => undefined);
      for (const { worker } of attempts.length === 0 ? [] : roster.alive(engine, clock()))
        give(worker, { v: WIRE_VERSION, type: 'drop', store, attempts }).catch(() => undefined);
      book.declare(left, 'host-lost', 'Given up by its orchestrator');
      phase = 'killed';
    },
    close: async () => {
      const isCalm = redis.status === 'ready';
      if (isCalm) {
        await Promise.race([Promise.all([sendAcks().catch(() => undefined), ...tidyings]), sleep(2000)]);
        if (phase !== 'closed') await Promise.race([leave().catch(() => undefined), sleep(2000)]);
      }
      phase = 'closed';
      reading.disconnect();
      await jobs.close().catch(() => undefined);
      redis.disconnect();
      await Promise.all(loops);
    },
  };

  /** Workers keep their letters from now on. */
  async function leave(): Promise<void> {
    if ((await redis.get(keys.reader(store))) === reader) await redis.unlink(keys.reader(store));
  }
}
