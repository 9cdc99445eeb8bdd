import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { busyOver, middleOf } from '../../bench/support/busy.ts';
import { watchChildren } from '../../bench/support/worker-cpu.ts';
import type { TrialDetail } from '../../results/index.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

/** A trial that ran from `startedAt` to `endedAt`. */
function trialOf(startedAt: number, endedAt: number, trainSeconds: number): TrialDetail {
  return {
    attempts: [{ startedAt, endedAt }],
    result: { trainSeconds },
  } as unknown as TrialDetail;
}

describe('how busy a sweep kept the cores', () => {
  it('is measured without the first and the last fifth', () => {
    expect(middleOf([1000, 2000])).toEqual([1200, 1800]);
  });

  it('is the CPU time between the samples nearest to both ends, over all cores', () => {
    const samples = [0, 990, 2020, 3000].map((at) => ({ at, cpuSeconds: (at / 1000) * 1.5 }));
    expect(busyOver([1000, 2000], 2, samples, []).cpu).toBeCloseTo(0.75, 12);
  });

  it('counts of each trial the part within the span, and its steps in proportion', () => {
    const idle = [0, 4000].map((at) => ({ at, cpuSeconds: 0 }));
    // One ends half-way, one begins half-way, one is outside; steps are 80 % of the first and 50 % of the second.
    const trials = [trialOf(0, 1500, 1.2), trialOf(1500, 3500, 1), trialOf(2500, 3000, 0.5)];
    const busy = busyOver([1000, 2000], 1, idle, trials);
    expect(busy.inTrials).toBeCloseTo(1, 12);
    expect(busy.inSteps).toBeCloseTo(0.5 * 0.8 + 0.5 * 0.5, 12);
  });

  it('counts a worker’s CPU time on when the worker is gone', async () => {
    const watch = watchChildren(process.pid);
    const seconds = (): number => watch.samples.at(-1)?.cpuSeconds ?? 0;
    const burn = 'while (process.cpuUsage().user < 7e5); process.stdin.resume();';
    const child = spawn(process.execPath, ['-e', burn], { stdio: ['pipe', 'ignore', 'ignore'] });
    try {
      await expect.poll(seconds, { timeout: 60_000 }).toBeGreaterThanOrEqual(0.7);
      child.stdin.end();
      await once(child, 'exit');
      const lookedAt = watch.samples.length;
      await expect.poll(() => watch.samples.length, { timeout: 60_000 }).toBeGreaterThan(lookedAt + 1);
      expect(seconds()).toBeGreaterThanOrEqual(0.7);
    } finally {
      watch.end();
      child.kill();
    }
  });
});
