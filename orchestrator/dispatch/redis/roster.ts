import type { Redis } from 'ioredis';
import type { EngineName } from '../../../contract/index.ts';
import { beat, keys, type Beat } from '../../../worker/remote/index.ts';

/** Who is there, from the beats. */
export interface Roster {
  /** Reads all beats; returns those that are new since the last look. */
  look(now: number): Promise<Beat[]>;
  /** Workers of an engine whose beat has changed within a lease. */
  alive(engine: EngineName, now: number): Beat[];
}

interface Known {
  beat: Beat;
  /** When it was first seen to say this. */
  changedAt: number;
}

export function makeRoster(redis: Redis, leaseMs: number): Roster {
  const known = new Map<string, Known>();
  return {
    look: async (now) => {
      const ids = await redis.smembers(keys.workers);
      if (ids.length === 0) return [];
      const texts = await redis.mget(ids.map(keys.worker));
      const fresh: Beat[] = [];
      for (const [index, id] of ids.entries()) {
        const text = texts[index];
        const parsed = text == null ? undefined : beat.safeParse(parseJson(text)).data;
        // Gone, or never one of ours.
        if (parsed === undefined || parsed.worker !== id) await redis.srem(keys.workers, id);
        else if (known.get(id)?.beat.beat !== parsed.beat || known.get(id)?.beat.pid !== parsed.pid) {
          known.set(id, { beat: parsed, changedAt: now });
          fresh.push(parsed);
        }
      }
      for (const id of known.keys()) if (!ids.includes(id)) known.delete(id);
      return fresh;
    },
    alive: (engine, now) =>
      [...known.values()].flatMap((each) =>
        each.beat.engine === engine && now - each.changedAt <= leaseMs ? [each.beat] : [],
      ),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
