import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { EngineName } from '../../../contract/index.ts';
import { attemptKey, KEY_PREFIX, packTrials, queueName, type AttemptBatch } from '../../../worker/remote/index.ts';
import { jobId, priorityOf } from './packing.ts';

/** Where a job is: waiting for a worker, taken by one, or gone. */
type JobPlace = 'waiting' | 'taken' | 'gone';

/** The batches of one store in the queue of one engine, by BullMQ's public interface only. */
export interface Jobs {
  /** @throws what Redis answers when it takes nothing more (out of memory, read-only). */
  add(batches: readonly AttemptBatch[]): Promise<void>;
  where(jobs: readonly string[]): Promise<Map<string, JobPlace>>;
  /** Attempts that wait in the queue, with their jobs: what an earlier orchestrator has left there. */
  waiting(): Promise<Map<string, string>>;
  /** Takes a job back, if no worker has it: true when it is ours again. */
  takeBack(job: string): Promise<boolean>;
  /** Removes what is left of a job; false while the lock of a worker protects it. */
  remove(job: string): Promise<boolean>;
  close(): Promise<void>;
}

export function openJobs(redis: Redis, engine: EngineName, store: string): Jobs {
  const queue = new Queue(queueName(engine), { connection: redis, prefix: KEY_PREFIX });
  // Connection errors show in the connection itself, and failed calls where they are made.
  queue.on('error', () => undefined);

  const placeOf = async (job: string): Promise<JobPlace> => {
    const state = await queue.getJobState(job);
    return state === 'prioritized' || state === 'waiting' ? 'waiting' : state === 'active' ? 'taken' : 'gone';
  };
  const remove = async (job: string): Promise<boolean> => (await queue.remove(job, { removeChildren: false })) === 1;

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
    // Sent together, so this takes one round trip.
    where: async (jobs) => new Map(await Promise.all(jobs.map(async (job) => [job, await placeOf(job)] as const))),
    waiting: async () => {
      const found = new Map<string, string>();
      const ours = `${store.slice(0, 12)}-`;
      for (const id of await queue.getRanges(['prioritized'], 0, -1)) {
        if (!id.startsWith(ours)) continue;
        const job = await queue.getJob(id).catch(() => undefined);
        for (const key of attemptsIn(job?.data)) found.set(key, id);
      }
      return found;
    },
    // Taken between the two calls, it is locked and stays; taken and completed between them, its worker's messages count.
    takeBack: async (job) => (await placeOf(job)) === 'waiting' && (await remove(job)),
    remove,
    close: () => queue.close(),
  };
}

/** Keys of the attempts in a job's data; none if it is no batch. */
function attemptsIn(data: unknown): string[] {
  try {
    return (data as AttemptBatch).attempts.map(({ trial, attempt }) => attemptKey(trial.id, attempt));
  } catch {
    return [];
  }
}
