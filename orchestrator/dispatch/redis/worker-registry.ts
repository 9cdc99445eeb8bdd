import type { Redis } from 'ioredis';
import type { EngineName } from '../../../contract/index.ts';
import { heartbeat, keys, type Heartbeat } from '../../../worker/remote/index.ts';

/** Who is there, from the heartbeats. */
export interface WorkerRegistry {
  /** Reads all heartbeats; returns those that are new since the last look. */
  look(now: number): Promise<Heartbeat[]>;
  /** Workers of an engine whose heartbeat has changed within a lease. */
  alive(engine: EngineName, now: number): Heartbeat[];
}

interface Known {
  heartbeat: Heartbeat;
  /** When it was first seen to say this. */
  changedAt: number;
}

export function makeWorkerRegistry(redis: Redis, leaseMs: number): WorkerRegistry {
  const known = new Map<string, Known>();
  return {
    look: async (now) => {
      const ids = await redis.smembers(keys.workers);
      if (ids.length === 0) return [];
      const texts = await redis.mget(ids.map(keys.worker));
      const fresh: Heartbeat[] = [];
      for (const [index, id] of ids.entries()) {
        const text = texts[index];
        const parsed = text == null ? undefined : heartbeat.safeParse(parseJson(text)).data;
        // Gone, or never one of ours.
        if (parsed === undefined || parsed.worker !== id) await redis.srem(keys.workers, id);
        else if (known.get(id)?.heartbeat.beat !== parsed.beat || known.get(id)?.heartbeat.pid !== parsed.pid) {
          known.set(id, { heartbeat: parsed, changedAt: now });
          fresh.push(parsed);
        }
      }
      for (const id of known.keys()) if (!ids.includes(id)) known.delete(id);
      return fresh;
    },
    alive: (engine, now) =>
      [...known.values()].flatMap((each) =>
        each.heartbeat.engine === engine && now - each.changedAt <= leaseMs ? [each.heartbeat] : [],
      ),
  };
}

/** The last heartbeats of all workers, as Redis has them: one that is gone has expired. Writes nothing. */
export async function heartbeatsIn(redis: Redis): Promise<Heartbeat[]> {
  const ids = await redis.smembers(keys.workers);
  if (ids.length === 0) return [];
  const texts = await redis.mget(ids.map(keys.worker));
  return texts.flatMap((text) => (text === null ? [] : (heartbeat.safeParse(parseJson(text)).data ?? [])));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
