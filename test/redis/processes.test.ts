import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { noopGrid } from '../orchestrator/chaos/grids.ts';
import { doneAttempts } from '../orchestrator/chaos/verdict.ts';
import { runCli, startCli } from '../orchestrator/support/cli.ts';
import { useFolders } from '../orchestrator/support/folders.ts';
import { useCli } from '../orchestrator/support/use-cli.ts';
import { waitUntil } from '../orchestrator/support/wait-until.ts';
import { awayRun } from './chaos/away.ts';
import { stopsRun } from './chaos/stops.ts';
import { freePort, startRedis, type TestRedis } from './support/redis-server.ts';
import { OUTLIVES_LEASES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: OUTLIVES_LEASES, hookTimeout: OUTLIVES_LEASES });

describe('processes of a sweep over Redis', () => {
  const newFolder = useFolders();
  useCli();
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());

  it('refuses the late word of a worker that was stopped past its lease', async () => {
    const { last, planned, finished, takenOver, refused } = await stopsRun({
      folder: newFolder(),
      redis,
      times: 2,
      atOnce: 1,
      leaseSeconds: 3,
      heartbeatSeconds: 0.5,
    });
    expect(last.code, last.stderr).toBe(0);
    expect(takenOver).toBe(2);
    expect(refused).toBe(2);
    expect(finished.size).toBe(planned);
    expect([...finished.values()].map(doneAttempts)).toEqual(Array.from({ length: planned }, () => 1));
  });

  it('lets workers train on while the orchestrator is away, and takes in what they finished', async () => {
    const report = await awayRun({
      folder: newFolder(),
      redis,
      who: 'orchestrator',
      awayMs: 2000,
      trials: 4,
      stepsPerTrial: 60,
      stepMs: 30,
    });
    expect(report.last.code, report.last.stderr).toBe(0);
    expect(report.stepsMeanwhile).toBeGreaterThan(0);
    // No trial was interrupted: one attempt each, and no step twice.
    expect([...report.finished.values()].map(({ attempts }) => attempts.length)).toEqual([1, 1, 1, 1]);
    expect(report.steps).toBe(report.stepsToDo);
  });

  it('refuses a second orchestrator on the same store', async () => {
    const folder = newFolder();
    writeFileSync(path.join(folder, 'grid.yaml'), noopGrid({ trials: 2, epochs: 1 }));
    const first = startCli(['run', 'grid.yaml', '--redis', redis.url], { cwd: folder });
    await waitUntil('it runs', () => existsSync(path.join(folder, '.scalesweep/results.db-queue')));
    const second = await runCli(['resume', '--redis', redis.url], { cwd: folder });
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(/is running sweeps on/);
    first.child.kill('SIGTERM');
    // Nobody serves it: it leaves with the line to go on with.
    const { code, stderr } = await first.result;
    expect(code).toBe(130);
    expect(stderr).toMatch(/scalesweep resume/);
  });

  it('says what is wrong when Redis is not there', async () => {
    const folder = newFolder();
    writeFileSync(path.join(folder, 'grid.yaml'), noopGrid({ trials: 2, epochs: 1 }));
    const url = `redis://127.0.0.1:${await freePort()}`;
    const { code, stderr } = await runCli(['run', 'grid.yaml', '--redis', url], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: Expected Redis at redis:\/\/127\.0\.0\.1:\d+, got .*ECONNREFUSED/m);
    expect(stderr).toMatch(/^hint: /m);
  });
});
