import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Worker as BullWorker } from 'bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { KEY_PREFIX, keys, queueName, type Serving } from '../../worker/remote/index.ts';
import { useFolders } from '../orchestrator/support/folders.ts';
import { waitUntil } from '../orchestrator/support/wait-until.ts';
import { connectForTest } from './support/connect.ts';
import { startProxy, type Proxy } from './support/proxy.ts';
import { startRedis, type TestRedis } from './support/redis-server.ts';
import { behave, doneCounts, finished, startSweep, startWorker, type SweepRun } from './support/sweep-harness.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

describe('faults between orchestrator, Redis and workers', () => {
  const newFolder = useFolders();
  let redis: TestRedis;
  let folder: string;
  const workers: Serving[] = [];
  const sweeps: SweepRun[] = [];
  const proxies: Proxy[] = [];

  beforeAll(async () => {
    redis = await startRedis();
  });
  let leaving: AbortController;
  beforeEach(() => {
    leaving = new AbortController();
    folder = newFolder();
  });
  afterEach(async () => {
    leaving.abort();
    for (const worker of workers.splice(0)) await worker.stop();
    for (const proxy of proxies.splice(0)) await proxy.close();
    for (const { store, outcome } of sweeps.splice(0)) {
      await outcome.catch(() => undefined);
      store.close();
    }
    delete process.env['SCALESWEEP_NOOP'];
    await redis.client.flushall();
  });
  afterAll(() => redis.close());

  const work = async (settings: Partial<Parameters<typeof startWorker>[0]> = {}): Promise<Serving> => {
    const worker = await startWorker({ folder, redis: redis.url, name: `w${workers.length}`, ...settings });
    workers.push(worker);
    return worker;
  };
  const sweep = (settings: Partial<Parameters<typeof startSweep>[0]> = {}): SweepRun => {
    // Ended with the test, also where that fails.
    const run = startSweep({ folder, redis, trials: 4, signal: leaving.signal, ...settings });
    sweeps.push(run);
    return run;
  };
  const steps = (): number =>
    existsSync(path.join(folder, 'trace'))
      ? readFileSync(path.join(folder, 'trace'), 'utf8').split('\n').length - 1
      : 0;

  it('hands a trial on that a worker took and never spoke of, at no cost to it', async () => {
    behave({});
    // Long ones, so that each is alone in its job.
    const run = sweep({ trials: 6, leaseMs: 1000 });
    const thief = new BullWorker(queueName('noop'), null, { connection: connectForTest(redis), prefix: KEY_PREFIX });
    await redis.client.sadd(keys.workers, 'thief');
    await redis.client.set(
      keys.worker('thief'),
      JSON.stringify({
        v: 1,
        worker: 'thief',
        host: 'h',
        pid: 1,
        engine: 'noop',
        beat: 1,
        lanes: [{ device: 'cpu', state: 'idle', trial: null }],
        holding: {},
        unacked: {},
      }),
    );
    await waitUntil('it has taken a job', async () => (await thief.getNextJob('t', { block: false })) !== undefined);
    await thief.disconnect();
    await work();
    await expect(run.outcome).resolves.toMatchObject({ kind: 'finished', counts: { done: 6, failed: 0 } });
    expect(doneCounts(run.store)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(Math.max(...finished(run.store).map(({ attempts }) => attempts.length))).toBe(2);
  });

  it.each(['cut', 'stall'] as const)('bears a network that fails (%s) for longer than the lease', async (how) => {
    behave({ stepsPerEpoch: 60, stepMs: 20, traceFile: path.join(folder, 'trace') });
    const proxy = await startProxy(redis.port);
    proxies.push(proxy);
    await work({ redis: proxy.url });
    const lost: string[] = [];
    const run = sweep({
      trials: 2,
      leaseMs: 1000,
      watch: (news) => {
        if (news.type === 'failed') lost.push(news.kind);
      },
    });
    await waitUntil('it trains', () => steps() > 10);
    proxy[how]();
    await waitUntil('its lease has run out', () => lost.length > 0);
    proxy.restore();
    await expect(run.outcome).resolves.toMatchObject({ kind: 'finished', counts: { done: 2, failed: 0 } });
    expect(doneCounts(run.store)).toEqual([1, 1]);
    expect(new Set(lost)).toEqual(new Set(['host-lost']));
  });

  it('carries checkpoints through Redis where no folder is shared', async () => {
    behave({ stepsPerEpoch: 100, stepMs: 15, traceFile: path.join(folder, 'trace') });
    const first = await work({ checkpointDir: path.join(folder, 'a'), checkpointCapBytes: 1e6 });
    const run = sweep({ trials: 1 });
    await waitUntil('it trains', () => steps() > 30);
    await first.stop();
    await work({ checkpointDir: path.join(folder, 'b'), checkpointCapBytes: 1e6 });
    await expect(run.outcome).resolves.toMatchObject({ kind: 'finished', counts: { done: 1 } });
    expect(steps()).toBe(100);
    const [detail] = finished(run.store);
    expect(detail!.attempts.at(-1)!.resumedFromStep).toBeGreaterThan(0);
    await waitUntil('it is removed', async () => (await redis.client.exists(keys.checkpoint(detail!.id))) === 0);
  });

  it('begins again, and tells, where no checkpoint can follow', async () => {
    behave({ stepsPerEpoch: 60, stepMs: 15, traceFile: path.join(folder, 'trace') });
    const said: string[] = [];
    const log = (text: string): void => void said.push(text);
    const first = await work({ checkpointDir: path.join(folder, 'a'), checkpointCapBytes: 10, log });
    const run = sweep({ trials: 1 });
    await waitUntil('it trains', () => steps() > 20);
    await first.stop();
    await work({ checkpointDir: path.join(folder, 'b'), checkpointCapBytes: 10 });
    await expect(run.outcome).resolves.toMatchObject({ kind: 'finished', counts: { done: 1 } });
    expect(said.join('\n')).toMatch(/A checkpoint takes \d+B, more than the 10B that are sent/);
    expect(finished(run.store)[0]!.attempts.at(-1)).toMatchObject({
      resumedFromStep: 0,
      note: expect.stringMatching(/trained from the start/) as string,
    });
  });

  it('takes a device out that fails three trials in a row, and leaves when none is left', async () => {
    behave({ fault: { kind: 'device', every: 1 } });
    const broken = await work();
    const halted = sweep({ trials: 8 });
    await expect(broken.ended).resolves.toMatch(/^cpu: Expected device cpu, got none/);
    // Its only worker reports it: the sweep stops before it burns all trials, and none has failed.
    await expect(halted.outcome).resolves.toMatchObject({ kind: 'halted', counts: { planned: 8, failed: 0 } });
  });

  it('takes a device out on which trials of different sweeps crash in a row', async () => {
    behave({ fault: { kind: 'exit', every: 1 } });
    const broken = await work();
    const runs = ['b', 'c'].map((id) => sweep({ trials: 4, folder: newFolder(), id: id.repeat(32) }));
    await expect(broken.ended).resolves.toMatch(/^cpu: 3 trials of different sweeps failed in a row, the last with: /);
    // Others train them: a crash or two on a broken device is not the end of a trial.
    behave({});
    await work();
    for (const run of runs)
      await expect(run.outcome).resolves.toMatchObject({ kind: 'finished', counts: { done: 4, failed: 0 } });
  });

  it('does not let one broken worker stop a sweep that others can train', async () => {
    behave({ sleepMs: 50, fault: { kind: 'device', every: 1 } });
    const broken = await work();
    await waitUntil('it is there', async () => (await redis.client.exists(keys.worker(broken.worker))) === 1);
    behave({ sleepMs: 50 });
    await work();
    const run = sweep({ trials: 12 });
    await expect(run.outcome).resolves.toMatchObject({ kind: 'finished', counts: { done: 12, failed: 0 } });
  });

  it('continues when Redis is emptied at its busiest', async () => {
    behave({ stepsPerEpoch: 10, stepMs: 2, traceFile: path.join(folder, 'trace') });
    await work({ slots: 2 });
    const run = sweep({ trials: 60, leaseMs: 2000 });
    for (const mark of [50, 200, 400]) {
      await waitUntil(`${mark} steps`, () => steps() > mark);
      await redis.client.flushall();
    }
    await expect(run.outcome).resolves.toMatchObject({ kind: 'finished', counts: { done: 60, failed: 0 } });
    expect(new Set(doneCounts(run.store))).toEqual(new Set([1]));
  });

  it('shares workers between two sweeps with stores of their own', async () => {
    behave({ stepsPerEpoch: 5, stepMs: 5 });
    await work({ slots: 2 });
    const runs = ['b', 'c'].map((id) => sweep({ trials: 10, folder: newFolder(), id: id.repeat(32) }));
    for (const run of runs) {
      await expect(run.outcome).resolves.toMatchObject({ kind: 'finished', counts: { done: 10 } });
      expect(doneCounts(run.store)).toEqual(Array.from({ length: 10 }, () => 1));
    }
  });

  it('does not hand out while no worker is there, and begins when one comes', async () => {
    behave({});
    let handed = 0;
    const run = sweep({
      trials: 3,
      watch: (news) => {
        if (news.type === 'handed') handed++;
      },
    });
    await waitUntil('it has looked', async () => (await redis.client.exists(keys.reader('a'.repeat(32)))) === 1);
    expect(handed).toBe(0);
    await work();
    await expect(run.outcome).resolves.toMatchObject({ kind: 'finished', counts: { done: 3 } });
  });
});
