import { spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { timerMs } from '../../../contract/index.ts';
import { afterAwake, startWatchdog, type Watchdog } from '../../../worker/child/watchdog.ts';
import { waitUntil } from '../../orchestrator/support/wait-until.ts';
import { STARTS_PROCESSES } from '../../support/time-outs.ts';

describe('a watchdog', () => {
  /** Time in which this process stood still: no timer of it ran. */
  let stopped = 0;
  let silences: number[] = [];
  let dog: Watchdog | undefined;
  beforeEach(() => {
    vi.useFakeTimers();
    stopped = 0;
    silences = [];
  });
  afterEach(() => {
    dog?.stop();
    vi.useRealTimers();
  });

  const now = (): number => performance.now() + stopped;
  const watch = (limitMs: () => number | undefined): Watchdog =>
    (dog = startWatchdog({ limitMs, onSilence: (limit) => void silences.push(limit), everyMs: 1000, now }));
  const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
  const standStill = async (ms: number): Promise<void> => {
    stopped += ms;
    await pass(0);
  };

  it('calls after a silence, and again after another', async () => {
    watch(() => 5000);
    await pass(4900);
    expect(silences).toEqual([]);
    await pass(1200);
    expect(silences).toEqual([5000]);
    await pass(6000);
    expect(silences).toEqual([5000, 5000]);
  });

  it('counts from the last sign of life', async () => {
    const { heard } = watch(() => 5000);
    for (let second = 0; second < 20; second += 4) {
      await pass(4000);
      heard();
    }
    expect(silences).toEqual([]);
  });

  it('gives a fresh window after it stood still itself, however long', async () => {
    watch(() => 5000);
    await pass(4500);
    await standStill(2 * 3600_000);
    await pass(4900);
    expect(silences).toEqual([]);
    await pass(2000);
    expect(silences).toEqual([5000]);
  });

  it('is not fooled for longer by a sign that came before it noticed that it stood still', async () => {
    const { heard } = watch(() => 5000);
    await standStill(3600_000);
    heard();
    await pass(7100);
    expect(silences).toEqual([5000]);
  });

  it('expects nothing while there is no limit', async () => {
    let limit: number | undefined;
    watch(() => limit);
    await pass(60_000);
    expect(silences).toEqual([]);
    limit = 5000;
    await pass(1100);
    expect(silences).toEqual([5000]);
  });

  it('reads first what already came', async () => {
    const { heard } = watch(() => 5000);
    setInterval(() => void Promise.resolve().then(heard), 5000);
    await pass(30_000);
    expect(silences).toEqual([]);
  });

  it('ends a grace once, and not while this process stands still', async () => {
    let ended = 0;
    afterAwake(4000, () => ended++);
    afterAwake(4000, () => ended++)();
    await pass(3900);
    expect(ended).toBe(0);
    await pass(20_000);
    expect(ended).toBe(1);
  });
});

describe('the delay of a timer', () => {
  it.each([
    [0, 1],
    [-5, 1],
    [1500, 1500],
    [2 ** 31, 2 ** 31 - 1],
    [Infinity, 2 ** 31 - 1],
    [NaN, 2 ** 31 - 1],
  ])('for %d ms is %d ms', (ms, delay) => expect(timerMs(ms)).toBe(delay));
});

describe('a process group that is stopped', { timeout: STARTS_PROCESSES }, () => {
  it('takes nobody for silent when it continues, and still notices who is', async () => {
    const file = path.join(import.meta.dirname, 'watch-a-child.ts');
    const group = spawn(process.execPath, ['--import', 'tsx', file], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    group.stdout.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    try {
      await waitUntil('it hears its child', () => said.includes('heard'));
      process.kill(-group.pid!, 'SIGSTOP');
      await sleep(4000);
      said = '';
      process.kill(-group.pid!, 'SIGCONT');
      await waitUntil('it hears its child again', () => said.split('heard').length > 8);
      expect(said).not.toContain('silent');
      process.kill(Number(/child (\d+)/.exec(said)![1]), 'SIGSTOP');
      await waitUntil('its child is silent', () => said.includes('silent'));
    } finally {
      process.kill(-group.pid!, 'SIGKILL');
    }
  });
});
