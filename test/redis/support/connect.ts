import { Redis } from 'ioredis';
import type { TestRedis } from './redis-server.ts';

/** A connection such as `connectRedis` makes, at once. */
export function connectForTest({ port }: Pick<TestRedis, 'port'>): Redis {
  const redis = new Redis({ port, host: '127.0.0.1', maxRetriesPerRequest: null, retryStrategy: () => 100 });
  redis.on('error', () => undefined);
  return redis;
}
