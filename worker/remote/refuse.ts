import { setTimeout as sleep } from 'node:timers/promises';
import { Job, type Queue, type Worker as BullWorker } from 'bullmq';
import type { Redis } from 'ioredis';
import { execAll } from './redis-reason.ts';
import { keys, type Refusal } from './wire.ts';

/** Refusals kept for whoever looks. */
const KEPT = 1000;
const LONGEST_REASON = 300;
/** A lock expires after this time, ms; tries to remove what it protected. */
const EXPIRE_MS = 2;
const TRIES = 5;

/** A job known by its id alone: of what is stored of it, options and relations among it, nothing is read. */
const jobOf = (bull: BullWorker, id: string): Job => new Job(bull, 'refused', null, {}, id);

/**
 * Takes a job that cannot be accepted out of its queue and leaves the reason behind. It is locked with our token and a locked job cannot be
 * removed, so the lock is made to expire first.
 */
export async function refuseJob(bull: BullWorker, redis: Redis, token: string, refusal: Refusal): Promise<void> {
  const kept: Refusal = { ...refusal, reason: refusal.reason.slice(0, LONGEST_REASON) };
  const transaction = redis
    .multi()
    .lpush(keys.refused, JSON.stringify(kept))
    .ltrim(keys.refused, 0, KEPT - 1);
  await execAll(transaction);
  const job = jobOf(bull, refusal.job);
  await job.extendLock(token, 1);
  for (let n = 1; n <= TRIES; n++) {
    await sleep(EXPIRE_MS);
    try {
      await job.remove({ removeChildren: false });
      return;
    } catch (error) {
      if (n === TRIES) throw error;
    }
  }
}

/** Jobs that are locked with a token: what a fetch that threw has taken. The newest hundred are asked. */
export async function jobsLockedBy(bull: BullWorker, queue: Queue, token: string, lockMs: number): Promise<string[]> {
  const ids = await queue.getRanges(['active'], 0, 99);
  const renewed = await Promise.all(
    ids.map(async (id) => [id, await jobOf(bull, id).extendLock(token, lockMs)] as const),
  );
  return renewed.flatMap(([id, isOurs]) => (isOurs === 1 ? [id] : []));
}
