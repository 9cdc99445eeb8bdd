import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { EngineName } from '../../../contract/index.ts';
import { attemptKey, KEY_PREFIX, packTrials, queueName, type AttemptBatch } from '../../../worker/remote/index.ts';
import { jobId, priorityOf } from './packing.ts';

/** Jobs asked about at a time. */
const AT_A_TIME = 500;

/** The batches of one store in the queue of one engine. */
export interface Jobs {
  /** @throws what Redis answers when it takes nothing more (out of memory, read-only). */
  add(batches: readonly AttemptBatch[]): Promise<void>;
  /** Where each job is: waiting for a worker, taken by one, or gone. */
  where(jobs: readonly string[]): Promise<Map<string, 'waiting' | 'taken' | 'gone'>>;
  /** Attempts that wait in the queue, with their jobs: what an earlier orchestrator has left there. */
  waiting(): Promise<Map<string, string>>;
  /** Takes a job back, if no worker has it: true when it is ours again. */
  takeBack(job: string): Promise<boolean>;
  /** Removes what is left of a job whose worker is lost. */
  discard(job: string): Promise<void>;
  close(): Promise<void>;
}

export function openJobs(redis: Redis, engine: EngineName, store: string): Jobs {
  const name = queueName(engine);
  const root = `${KEY_PREFIX}:${name}`;
  const queue = new Queue(name, { connection: redis, prefix: KEY_PREFIX });
  // Connection errors show in the connection itself, and failed calls where they are made.
  queue.on('error', () => undefined);
  const keyOf = (job: string): string => `${root}:${job}`;

  return {
    add: async (batches) => {
      await queue.addBulk(
        batches.map((batch) => ({
          // Older workers see this name; it decides nothing.
          name: 'parcel',
          data: { ...batch, attempts: packTrials(batch.attempts) },
          opts: {
            jobId: jobId(batch),
            priority: priorityOf(Math.max(...batch.attempts.map(({ predictedSeconds }) => predictedSeconds))),
            removeOnComplete: true,
            removeOnFail: true,
          },
        })),
      );
    },
    where: async (jobs) => {
      const found = new Map<string, 'waiting' | 'taken' | 'gone'>();
      for (let from = 0; from < jobs.length; from += AT_A_TIME) {
        const some = jobs.slice(from, from + AT_A_TIME);
        const pipeline = redis.pipeline();
        for (const job of some) pipeline.zscore(`${root}:prioritized`, job).exists(keyOf(job));
        const answers = (await pipeline.exec()) ?? [];
        for (const [index, job] of some.entries()) {
          const isWaiting = answers[2 * index]?.[1] != null;
          found.set(job, isWaiting ? 'waiting' : answers[2 * index + 1]?.[1] === 1 ? 'taken' : 'gone');
        }
      }
      return found;
    },
    waiting: async () => {
      const found = new Map<string, string>();
      const ours = `${store.slice(0, 12)}-`;
      const ids = await redis.zrange(`${root}:prioritized`, '0', '-1');
      for (const id of ids.filter((each) => each.startsWith(ours))) {
        for (const key of attemptsIn(await redis.hget(keyOf(id), 'data'))) found.set(key, id);
      }
      return found;
    },
    takeBack: async (job) => {
      if ((await redis.zrem(`${root}:prioritized`, job)) === 0) return false;
      await redis.unlink(keyOf(job));
      return true;
    },
    discard: async (job) => {
      await redis
        .multi()
        .zrem(`${root}:prioritized`, job)
        .lrem(`${root}:active`, 0, job)
        .unlink(keyOf(job), `${keyOf(job)}:lock`)
        .exec();
    },
    close: () => queue.close(),
  };
}

/** Keys of the attempts in a job's data; none if it is no batch. */
function attemptsIn(data: string | null): string[] {
  try {
    const { attempts } = JSON.parse(data ?? '') as AttemptBatch;
    return attempts.map(({ trial, attempt }) => attemptKey(trial.id, attempt));
  } catch {
    return [];
  }
}
