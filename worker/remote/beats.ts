import os from 'node:os';
import type { Redis } from 'ioredis';
import type { EngineName } from '../../contract/index.ts';
import type { Lane } from './lane.ts';
import type { Outbox } from './outbox.ts';
import { keys, WIRE_VERSION, type Beat } from './wire.ts';

/** A beat is forgotten after this many of its intervals; orchestrators judge earlier, by its not changing. */
const BEATS_KEPT = 12;

export interface BeatsOptions {
  readonly redis: Redis;
  readonly engine: EngineName;
  readonly outbox: Pick<Outbox, 'worker' | 'unackedEnds'>;
  readonly lanes: readonly Lane[];
  /** Between two beats, ms. */
  readonly beatMs: number;
}

/** Says at once, and then at every interval, what a worker has in hand. Returns what ends it. */
export function startBeats({ redis, engine, outbox, lanes, beatMs }: BeatsOptions): () => void {
  const { worker } = outbox;
  let beats = 0;

  const currentBeat = (): Beat => {
    const holding: Record<string, string[]> = {};
    for (const lane of lanes) {
      const held = lane.holding();
      if (held !== undefined) (holding[held.store] ??= []).push(...held.attempts);
    }
    return {
      v: WIRE_VERSION,
      worker,
      host: os.hostname(),
      pid: process.pid,
      engine,
      beat: ++beats,
      lanes: lanes.map((lane) => {
        const state = lane.state();
        const why = lane.why();
        return {
          device: lane.device,
          state: state === 'starting' ? 'busy' : state,
          trial: lane.holding()?.attempts[0]?.split('.')[0] ?? null,
          ...(why === undefined ? {} : { why }),
        };
      }),
      holding,
      unacked: outbox.unackedEnds(),
    };
  };

  const sendBeat = async (): Promise<void> => {
    await redis
      .multi()
      .sadd(keys.workers, worker)
      .set(keys.worker(worker), JSON.stringify(currentBeat()), 'PX', beatMs * BEATS_KEPT)
      .exec();
  };

  /** Beats pile up in no queue: one at a time, and none while Redis is away. */
  let isBeating = false;
  const beatOnce = (): void => {
    if (isBeating || redis.status !== 'ready') return;
    isBeating = true;
    void sendBeat()
      .catch(() => undefined)
      .finally(() => (isBeating = false));
  };
  const timer = setInterval(beatOnce, beatMs);
  beatOnce();
  return () => clearInterval(timer);
}
