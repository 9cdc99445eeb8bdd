import { Worker as BullWorker } from 'bullmq';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openJobs, type Jobs } from '../../orchestrator/dispatch/redis/jobs.ts';
import { jobId } from '../../orchestrator/dispatch/redis/packing.ts';
import { KEY_PREFIX, queueName, type AttemptBatch } from '../../worker/remote/index.ts';
import { noopTrial } from '../orchestrator/support/trials.ts';
import { waitUntil } from '../orchestrator/support/wait-until.ts';
import { connectForTest } from './support/connect.ts';
import { startRedis, type TestRedis } from './support/redis-server.ts';

const STORE = 'c'.repeat(32);
const TOKEN = 'worker:1';

const batch = (n: number, predictedSeconds: number): AttemptBatch => ({
  v: 1,
  store: STORE,
  attempts: [{ trial: noopTrial(n), attempt: 1, predictedSeconds }],
});

describe('jobs of a store', () => {
  let redis: TestRedis;
  let connection: Redis;
  let jobs: Jobs;
  let worker: BullWorker;
  const [short, long] = [batch(1, 1), batch(2, 60)];

  beforeAll(async () => {
    redis = await startRedis();
    connection = connectForTest(redis);
  });
  beforeEach(async () => {
    await redis.client.flushall();
    jobs = openJobs(connection, 'noop', STORE);
    worker = new BullWorker(queueName('noop'), null, { connection, prefix: KEY_PREFIX });
    await jobs.add([short, long]);
    return async () => {
      await worker.close(true);
      await jobs.close();
    };
  });
  afterAll(async () => {
    connection.disconnect();
    await redis.close();
  });

  it('wait, the longest first, and are found with their attempts', async () => {
    const waiting = await jobs.waiting();
    expect(waiting).toEqual(new Map([long, short].map((each) => [`${each.attempts[0]!.trial.id}.1`, jobId(each)])));
    expect((await worker.getNextJob(TOKEN, { block: false }))?.id).toBe(jobId(long));
    expect(await jobs.where([jobId(short), jobId(long), 'none'])).toEqual(
      new Map([
        [jobId(short), 'waiting'],
        [jobId(long), 'taken'],
        ['none', 'gone'],
      ]),
    );
  });

  it('are taken back only while no worker has them', async () => {
    await worker.getNextJob(TOKEN, { block: false });
    expect(await jobs.takeBack(jobId(long))).toBe(false);
    expect(await jobs.takeBack(jobId(short))).toBe(true);
    expect(await jobs.takeBack(jobId(short))).toBe(false);
    expect(await jobs.where([jobId(short)])).toEqual(new Map([[jobId(short), 'gone']]));
  });

  it('of a lost worker are removed when its lock has expired, and not before', async () => {
    const taken = await worker.getNextJob(TOKEN, { block: false });
    expect(await jobs.remove(jobId(long))).toBe(false);
    await taken.extendLock(TOKEN, 1);
    await waitUntil('it is removed', () => jobs.remove(jobId(long)));
    expect(await jobs.where([jobId(long)])).toEqual(new Map([[jobId(long), 'gone']]));
  });
});
