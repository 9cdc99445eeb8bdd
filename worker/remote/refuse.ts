import type { Redis } from 'ioredis';
import { KEY_PREFIX, keys, type Refusal } from './wire.ts';

/** Refusals kept for whoever looks. */
const KEPT = 1000;
const LONGEST_REASON = 300;

/**
 * Takes a job that cannot be accepted out of its queue, with the reason left behind. By plain keys and not by BullMQ's calls: those read the
 * job's options, relations and schedules, all of which were written by whoever wrote the rest of it.
 */
export async function refuseJob(redis: Redis, refusal: Refusal): Promise<void> {
  const job = `${KEY_PREFIX}:${refusal.queue}:${refusal.job}`;
  const kept: Refusal = { ...refusal, reason: refusal.reason.slice(0, LONGEST_REASON) };
  await redis
    .multi()
    .lrem(`${KEY_PREFIX}:${refusal.queue}:active`, 0, refusal.job)
    .unlink(job, `${job}:lock`, `${job}:logs`, `${job}:dependencies`, `${job}:processed`)
    .lpush(keys.refused, JSON.stringify(kept))
    .ltrim(keys.refused, 0, KEPT - 1)
    .exec();
}

/** The jobs of a queue that were locked with a token: what a fetch that threw has taken. */
export async function jobsLockedBy(redis: Redis, queue: string, token: string): Promise<string[]> {
  const active = await redis.lrange(`${KEY_PREFIX}:${queue}:active`, 0, 99);
  const found: string[] = [];
  for (const job of active) if ((await redis.get(`${KEY_PREFIX}:${queue}:${job}:lock`)) === token) found.push(job);
  return found;
}
