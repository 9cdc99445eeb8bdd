/** What Redis knows of workers and queues, for whoever asks without a store. Writes nothing. */
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { engineNames } from '../../../contract/index.ts';
import { KEY_PREFIX, queueName, type Heartbeat } from '../../../worker/remote/index.ts';
import { heartbeatsIn } from './worker-registry.ts';

export interface RedisOverview {
  readonly workers: readonly Heartbeat[];
  /** Jobs of each engine's queue, where it has any. */
  readonly queues: readonly { readonly engine: string; readonly waiting: number; readonly taken: number }[];
}

export async function overviewOf(redis: Redis): Promise<RedisOverview> {
  const workers = await heartbeatsIn(redis);
  const queues = await Promise.all(
    engineNames.map(async (engine) => {
      const queue = new Queue(queueName(engine), { connection: redis, prefix: KEY_PREFIX, skipMetasUpdate: true });
      queue.on('error', () => undefined);
      try {
        const {
          waiting = 0,
          prioritized = 0,
          active = 0,
        } = await queue.getJobCounts('waiting', 'prioritized', 'active');
        return { engine, waiting: waiting + prioritized, taken: active };
      } finally {
        await queue.close();
      }
    }),
  );
  return { workers, queues: queues.filter(({ waiting, taken }) => waiting + taken > 0) };
}
