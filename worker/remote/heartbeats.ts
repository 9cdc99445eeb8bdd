import os from 'node:os';
import type { Redis } from 'ioredis';
import { timerMs, type EngineName } from '../../contract/index.ts';
import type { WorkerSlot } from './worker-slot.ts';
import { makeNotice } from './notice.ts';
import type { Outbox } from './outbox.ts';
import { execAll } from './redis-reason.ts';
import { keys, WIRE_VERSION, type Heartbeat } from './wire.ts';

/** A heartbeat is forgotten after this many of its intervals; orchestrators judge earlier, by its not changing. */
const HEARTBEATS_KEPT = 12;

interface HeartbeatOptions {
  readonly redis: Redis;
  readonly engine: EngineName;
  readonly outbox: Pick<Outbox, 'worker' | 'unackedEnds'>;
  readonly slots: readonly WorkerSlot[];
  /** Between two heartbeats, ms. */
  readonly heartbeatMs: number;
  readonly log: (text: string) => void;
}

/** Says at once, and then at every interval, what a worker has in hand. Returns what ends it. */
export function startHeartbeats({ redis, engine, outbox, slots, heartbeatMs, log }: HeartbeatOptions): () => void {
  const { worker } = outbox;
  let beats = 0;
  const notice = makeNotice({
    log,
    failing: 'Heartbeats do not get to Redis',
    again: 'Heartbeats get to Redis again',
  });

  const currentHeartbeat = (): Heartbeat => {
    const holding: Record<string, string[]> = {};
    for (const slot of slots) {
      const held = slot.holding();
      if (held !== undefined) (holding[held.store] ??= []).push(...held.attempts);
    }
    return {
      v: WIRE_VERSION,
      worker,
      host: os.hostname(),
      pid: process.pid,
      engine,
      beat: ++beats,
      lanes: slots.map((slot) => {
        const state = slot.state();
        const why = slot.why();
        return {
          device: slot.device,
          state: state === 'starting' ? 'busy' : state,
          trial: slot.holding()?.attempts[0]?.split('.')[0] ?? null,
          ...(why === undefined ? {} : { why }),
        };
      }),
      holding,
      unacked: outbox.unackedEnds(),
    };
  };

  const sendHeartbeat = async (): Promise<void> => {
    const transaction = redis
      .multi()
      .sadd(keys.workers, worker)
      .set(keys.worker(worker), JSON.stringify(currentHeartbeat()), 'PX', Math.ceil(heartbeatMs * HEARTBEATS_KEPT));
    await execAll(transaction);
  };

  /** Heartbeats pile up in no queue: one at a time, and none while Redis is away. */
  let isBeating = false;
  const beatOnce = (): void => {
    if (isBeating || redis.status !== 'ready') return;
    isBeating = true;
    void sendHeartbeat()
      .then(notice.worked, notice.failed)
      .finally(() => (isBeating = false));
  };
  const timer = setInterval(beatOnce, timerMs(heartbeatMs));
  beatOnce();
  return () => clearInterval(timer);
}
