import { describe, expect, it } from 'vitest';
import { judge, RETRY_LIMITS } from '../../orchestrator/sweep/retry-policy.ts';

const FRESH = { crashes: 0, hostLosses: 0 };

describe('what follows from a failure', () => {
  it('waits longer before each retry', () => {
    expect(judge('crash', FRESH, 0, RETRY_LIMITS, 1000)).toEqual({ act: 'retry', at: 2000 });
    expect(judge('crash', { ...FRESH, crashes: 1 }, 0, RETRY_LIMITS, 1000)).toEqual({ act: 'retry', at: 5000 });
    expect(judge('crash', { ...FRESH, crashes: 2 }, 0, RETRY_LIMITS, 1000)).toEqual({ act: 'fail' });
  });

  it('counts crashes and lost hosts apart', () => {
    expect(judge('crash', { crashes: 0, hostLosses: 19 }, 0, RETRY_LIMITS, 0).act).toBe('retry');
    expect(judge('host-lost', { crashes: 2, hostLosses: 0 }, 0, RETRY_LIMITS, 0).act).toBe('release');
    expect(judge('host-lost', { crashes: 0, hostLosses: 19 }, 0, RETRY_LIMITS, 0).act).toBe('fail');
  });

  it('halves what is held in memory where it did not fit, and gives up when little is left', () => {
    const without = { crashes: 2, hostLosses: 19 };
    const after = (microBatch: number) =>
      judge('out-of-memory', { ...without, images: { batch: 16, microBatch } }, 0, RETRY_LIMITS, 0);
    expect(after(16)).toEqual({ act: 'shrink', microBatch: 8 });
    expect(after(8)).toEqual({ act: 'shrink', microBatch: 4 });
    expect(after(4)).toEqual({ act: 'fail' });
    expect(judge('out-of-memory', FRESH, 0, RETRY_LIMITS, 0)).toEqual({ act: 'fail' });
  });

  it('never charges an interruption', () => {
    expect(judge('interrupted', { crashes: 99, hostLosses: 99 }, 99, RETRY_LIMITS, 0).act).toBe('release');
  });
});
