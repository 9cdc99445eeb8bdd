import path from 'node:path';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { makeRedisDispatcher } from '../../orchestrator/dispatch/redis/index.ts';
import { serve, type Serving } from '../../worker/remote/index.ts';
import { describeDispatcher } from '../orchestrator/dispatch-conformance.ts';
import { connectForTest } from './support/connect.ts';
import { startRedis, type TestRedis } from './support/redis-server.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

let redis: TestRedis;
const serving: Promise<Serving>[] = [];

beforeAll(async () => {
  redis = await startRedis();
});
afterEach(async () => {
  for (const each of serving.splice(0)) await (await each).stop();
  await redis.client.flushall();
});
afterAll(() => redis.close());

describeDispatcher({
  name: 'Redis',
  make: (folder, onSettled) => {
    serving.push(
      serve({
        redis: redis.url,
        engine: 'noop',
        devices: ['cpu', 'cpu'],
        threads: 1,
        checkpointDir: folder,
        checkpointCapBytes: 0,
        outboxDir: path.join(folder, `outbox-${serving.length}`),
        log: () => undefined,
        heartbeatMs: 500,
      }),
    );
    const dispatcher = makeRedisDispatcher({
      redis: connectForTest(redis),
      store: '0'.repeat(32),
      engine: 'noop',
      reader: `test-${serving.length}`,
      adopt: [],
      log: () => undefined,
      tickMs: 100,
      // As for the local one: a long trial waits for nobody.
      ahead: 0,
    });
    return { ...dispatcher, settled: onSettled };
  },
});
