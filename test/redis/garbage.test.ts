import { Queue } from 'bullmq';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { random, type Random } from '../../contract/index.ts';
import { KEY_PREFIX, keys, queueName, type Refusal } from '../../worker/remote/index.ts';
import { useFolders } from '../orchestrator/support/folders.ts';
import { noopTrial } from '../orchestrator/support/trials.ts';
import { waitUntil } from '../orchestrator/support/wait-until.ts';
import { connectForTest } from './support/connect.ts';
import { startRedis, type TestRedis } from './support/redis-server.ts';
import { behave, doneCounts, STORE, startSweep, startWorker } from './support/sweep-harness.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

const PAYLOADS = 1000;

/** A batch as it should be, to be spoiled in one place. */
function honest(): { attempts: { trial: { spec: Record<string, unknown> } }[] } & Record<string, unknown> {
  const batch = { v: 1, store: STORE, attempts: [{ trial: noopTrial(1), attempt: 1, predictedSeconds: 1 }] };
  return JSON.parse(JSON.stringify(batch)) as ReturnType<typeof honest>;
}

const spec = (change: Record<string, unknown>): unknown => {
  const batch = honest();
  Object.assign(batch.attempts[0]!.trial.spec, change);
  return batch;
};

/** Data of jobs that must all be refused; those that BullMQ would not even write are put in by hand below. */
const SPOILED: ((draw: Random) => unknown)[] = [
  () => null,
  () => 'rm -rf /',
  () => [],
  () => ({}),
  (draw) => ({ ...honest(), v: 2 + draw.below(100) }),
  () => ({ ...honest(), store: '../../etc/passwd' }),
  () => ({ ...honest(), command: ['sh', '-c', 'touch /tmp/owned'] }),
  () => ({ ...honest(), attempts: [] }),
  () => ({ ...honest(), attempts: Array.from({ length: 257 }, () => honest().attempts[0]) }),
  () => ({ ...honest(), padding: 'x'.repeat(2_000_000) }),
  () => spec({ engine: { name: 'command', numerics: 1, program: '/bin/sh' } }),
  () => spec({ engine: { name: 'onnx', numerics: 1 } }),
  () => spec({ data: { name: '../../../etc', identity: 'x', trainImages: 1, minivalImages: 0 } }),
  () => spec({ data: { name: '/etc/passwd', identity: 'x', trainImages: 1, minivalImages: 0 } }),
  (draw) => spec({ seed: draw.below(1000) + 2 }),
  (draw) => spec({ epochs: -draw.below(10) }),
  () => spec({ epochs: 1e308 }),
  () => spec({ model: JSON.parse('{"__proto__": {"polluted": true}}') as unknown }),
  () => ({ ...honest(), attempts: [{ ...honest().attempts[0], attempt: 0 }] }),
  () => ({ ...honest(), attempts: [{ ...honest().attempts[0], predictedSeconds: -1 }] }),
  () => JSON.parse('['.repeat(2000) + ']'.repeat(2000)) as unknown,
];

/** Hashes that are no jobs at all: written as an attacker would, around BullMQ. */
const RAW: Record<string, string>[] = [
  { data: '{not json' },
  { data: '{}', opts: 'nor this' },
  { name: 'x' },
  { data: 'null', opts: '{"attempts":1000000000,"backoff":1}' },
  { data: '{}', opts: '{"repeat":{"every":1}}', rjk: 'repeat:x:1:1:1' },
  {
    data: '{}',
    opts: '{}',
    parentKey: 'scalesweep:trials-noop:none',
    parent: '{"id":"none","queueKey":"scalesweep:trials-noop"}',
  },
  { data: JSON.stringify('\u0000'.repeat(100)), opts: '{}', atm: 'NaN', ats: '-1' },
];

describe('anything that somebody writes into the queue', () => {
  const newFolder = useFolders();
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());

  it(`refuses each of ${PAYLOADS} spoiled payloads with a reason, and works on`, async () => {
    const folder = newFolder();
    const draw = random(1, 'garbage');
    const queue = new Queue(queueName('noop'), { connection: connectForTest(redis), prefix: KEY_PREFIX });
    for (let n = 0; n < PAYLOADS; n++) {
      const kind = n % (SPOILED.length + RAW.length);
      if (kind < SPOILED.length)
        await queue.add('parcel', SPOILED[kind]!(draw), { priority: 1 + (n % 100), attempts: 1e6, jobId: `bad-${n}` });
      else {
        await redis.client.hset(`${KEY_PREFIX}:${queueName('noop')}:bad-${n}`, RAW[kind - SPOILED.length]!);
        await redis.client.zadd(`${KEY_PREFIX}:${queueName('noop')}:prioritized`, n, `bad-${n}`);
      }
    }
    // Named in the queue, and not there.
    await redis.client.zadd(`${KEY_PREFIX}:${queueName('noop')}:prioritized`, 1, 'bad-nowhere');
    behave({});
    const said: string[] = [];
    const worker = await startWorker({ folder, redis: redis.url, slots: 2, log: (text) => said.push(text) });
    for (const text of [
      '{',
      'null',
      '{"v":1,"type":"drop","store":"x"}',
      '{"v":1,"type":"settled","trials":["../../etc"]}',
    ])
      await redis.client.rpush(keys.control(worker.worker), text);
    for (const text of ['{', '[]', '{"v":1,"worker":"../x","seq":1,"acked":0,"events":[]}', 'x'.repeat(100_000)])
      await redis.client.rpush(keys.messages(STORE), text);
    const run = startSweep({ folder, redis, trials: 5 });
    try {
      await expect(run.outcome).resolves.toMatchObject({ kind: 'finished', counts: { done: 5 } });
      expect(doneCounts(run.store)).toEqual([1, 1, 1, 1, 1]);
      await waitUntil('all are refused', async () => (await queue.getPrioritizedCount()) === 0);
      await waitUntil('none is left in hand', async () => (await queue.getActiveCount()) === 0);
      const refusals = (await redis.client.lrange(keys.refused, 0, -1)).map((text) => JSON.parse(text) as Refusal);
      const refused = new Set(refusals.map(({ job }) => job));
      expect(Array.from({ length: PAYLOADS }, (_, n) => `bad-${n}`).filter((job) => !refused.has(job))).toEqual([]);
      expect(refusals.filter(({ reason }) => reason.length < 5 || reason.length > 300)).toEqual([]);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
      // The log names the first few, and is not flooded.
      expect(said.filter((text) => text.startsWith('Refused a job')).length).toBe(3);
    } finally {
      await worker.stop();
      run.store.close();
      await queue.close();
      delete process.env['SCALESWEEP_NOOP'];
    }
  });
});
