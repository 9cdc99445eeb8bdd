import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, Worker as BullWorker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { messageOf, type EngineName } from '../../contract/index.ts';
import { makeNotice } from './notice.ts';
import { jobsLockedBy, refuseJob } from './refuse.ts';
import { KEY_PREFIX, MOST_JOB_CHARACTERS, attemptBatch, queueName, type AttemptBatch } from './wire.ts';

/**
 * BullMQ's lock protects a job from being removed while its worker is there. It is renewed for as long as the worker executes the job, and
 * decides nothing else: whether a worker is alive and what becomes of its trials is decided by leases and attempt numbers, so there is no
 * stalled check, which would hand the same attempt to a second worker.
 */
const LOCK_MS = 30_000;
/** Wait after a fetch that failed, ms. */
const TROUBLE_MS = 250;

interface FetchOptions {
  readonly redis: Redis;
  readonly engine: EngineName;
  /** Id of this worker. */
  readonly worker: string;
  /** Resolves when a slot is free, or with `false` when no more batches are wanted. */
  readonly onceFree: () => Promise<boolean>;
  /** Begins a batch at once; resolves when all its attempts have ended. */
  readonly execute: (batch: AttemptBatch) => Promise<void>;
  readonly log: (text: string) => void;
  readonly now: () => number;
}

interface Fetching {
  /** Takes no more batches, and resolves when no fetch is under way. Those in hand are completed as they end. */
  stop(): Promise<void>;
  /** Releases the connections. */
  close(): Promise<void>;
}

/** Takes batches off the queue of an engine, one for each free slot, and completes their jobs. */
export function fetchJobs(options: FetchOptions): Fetching {
  const { redis, engine, worker, onceFree, execute, log, now } = options;
  const queue = queueName(engine);
  const bull = new BullWorker(queue, null, {
    connection: redis,
    prefix: KEY_PREFIX,
    name: worker,
    autorun: false,
    lockDuration: LOCK_MS,
    skipStalledCheck: true,
    skipLockRenewal: true,
    drainDelay: 2,
  });
  // Connection errors show in the main connection, and failed calls where they are made.
  bull.on('error', () => undefined);
  const listing = new Queue(queue, { connection: redis, prefix: KEY_PREFIX, skipMetasUpdate: true });
  listing.on('error', () => undefined);
  /** Jobs being executed, with the tokens that they are locked with. */
  const inHand = new Map<Job, string>();
  const renewing = setInterval(() => {
    if (redis.status !== 'ready') return;
    for (const [job, ours] of inHand) job.extendLock(ours, LOCK_MS).catch(() => undefined);
  }, LOCK_MS / 3);
  renewing.unref();
  const stopping = new AbortController();
  const isStopped = (): boolean => stopping.signal.aborted;
  const taking = makeNotice({ log, failing: 'Cannot take jobs just now', again: 'Jobs are taken again' });
  let refusals = 0;
  let token = 0;

  const refuse = async (job: string, ours: string, reason: string): Promise<void> => {
    refusals++;
    if (refusals <= 3) log(`Refused a job of ${queue} (${job.slice(0, 80)}): ${reason.slice(0, 200)}`);
    else if (refusals % 1000 === 0) log(`Refused ${refusals} jobs of ${queue} so far`);
    await refuseJob(bull, redis, ours, { at: now(), queue, job, worker, reason });
  };

  const fetchOne = async (): Promise<void> => {
    const ours = `${worker}:${++token}`;
    let job: Job | undefined;
    try {
      job = await bull.getNextJob(ours, { block: true });
    } catch (error) {
      // A hash that BullMQ itself cannot read.
      if (isStopped()) return;
      const unreadable = redis.status === 'ready' ? await jobsLockedBy(bull, listing, ours, LOCK_MS) : [];
      for (const taken of unreadable) await refuse(taken, ours, `not a job: ${messageOf(error)}`);
      if (unreadable.length > 0) return;
      // Its going is told by the connection.
      if (redis.status === 'ready') throw error;
      await sleep(TROUBLE_MS);
      return;
    }
    taking.worked();
    if (job === undefined) return;
    const checked = checkBatch(job, engine);
    if (typeof checked === 'string') return refuse(job.id ?? '', ours, checked);
    const taken = job;
    inHand.set(taken, ours);
    void execute(checked).then(() => complete(taken, ours));
  };

  /** The lock has expired if Redis or this process was away for long, and Redis may have lost the job: what is left is removed. */
  const complete = async (job: Job, ours: string): Promise<void> => {
    inHand.delete(job);
    await job
      .moveToCompleted(0, ours, false)
      .catch(() => job.remove({ removeChildren: false }))
      .catch(() => undefined);
  };

  const loop = async (): Promise<void> => {
    while (!isStopped()) {
      if (!(await onceFree()) || isStopped()) return;
      await fetchOne().catch(async (error: unknown) => {
        if (!isStopped()) taking.failed(error);
        await sleep(TROUBLE_MS);
      });
    }
  };
  const looping = loop();

  return {
    stop: async () => {
      stopping.abort();
      // Ends the wait for a job; what is being fetched at this moment is still executed or handed back.
      await bull.close(true).catch(() => undefined);
      await looping;
      await listing.close().catch(() => undefined);
    },
    close: async () => {
      stopping.abort();
      clearInterval(renewing);
      await bull.close(true).catch(() => undefined);
    },
  };
}

/** The batch in a job, or why it is none. */
function checkBatch(job: Pick<Job, 'data'>, engine: EngineName): AttemptBatch | string {
  const data: unknown = job.data;
  const characters = JSON.stringify(data)?.length ?? 0;
  if (characters > MOST_JOB_CHARACTERS) return `expected at most ${MOST_JOB_CHARACTERS} characters, got ${characters}`;
  const parsed = attemptBatch.safeParse(data);
  if (!parsed.success) return z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ');
  const other = parsed.data.attempts.find(({ trial }) => trial.spec.engine.name !== engine);
  if (other !== undefined) return `expected trials of engine ${engine}, got ${other.trial.spec.engine.name}`;
  return parsed.data;
}
