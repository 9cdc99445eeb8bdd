import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { useFolders } from '../orchestrator/support/folders.ts';
import { useCli } from '../orchestrator/support/use-cli.ts';
import { killsRun, type Disturbance, type KillsReport } from './chaos/kills.ts';
import { startRedis, type TestRedis } from './support/redis-server.ts';
import { OUTLIVES_LEASES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: OUTLIVES_LEASES, hookTimeout: OUTLIVES_LEASES });

/** Small enough for every commit; `npm run test:chaos` has the large form. */
const SMALL = {
  workers: 2,
  trials: 10,
  epochs: 2,
  stepsPerEpoch: 30,
  stepMs: 8,
  checkpointEvery: 10,
  leaseSeconds: 5,
  heartbeatSeconds: 0.5,
} as const;

describe('a sweep over Redis', () => {
  const newFolder = useFolders();
  useCli();
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());

  const torment = (kinds: readonly Disturbance[], kills: number): Promise<KillsReport> =>
    killsRun({ ...SMALL, folder: newFolder(), calmFolder: newFolder(), redis, kinds, kills, seed: 1 });

  it('loses nothing and trains nothing twice when workers and orchestrators are killed', async () => {
    const report = await torment(['worker', 'orchestrator', 'both'], 5);
    expect(report.last.code, report.last.stderr).toBe(0);
    expect(report).toMatchObject({ planned: 10, missing: 0, notOnce: 0, differing: 0, beyondOneCheckpoint: 0 });
    expect(report.trainedAgain).toEqual([]);
  });

  it('loses nothing when Redis is emptied, or killed with and without its file', async () => {
    const report = await torment(['flush', 'redis with its file', 'redis without its file'], 4);
    expect(report.last.code, report.last.stderr).toBe(0);
    expect(report).toMatchObject({ planned: 10, missing: 0, notOnce: 0, differing: 0 });
  });
});
