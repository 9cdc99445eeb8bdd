import { describe, expect, it } from 'vitest';
import { typicalMs } from '../../../worker/calibration/stopwatch.ts';

describe('the stopwatch', () => {
  it('does once more than it is asked what takes long, and repeats what takes no time, but not for ever', async () => {
    let times = 0;
    const slow = (): void => {
      times++;
      const began = performance.now();
      while (performance.now() - began < 30);
    };
    expect(await typicalMs(false, 2, slow)).toBeGreaterThanOrEqual(30);
    expect(times).toBe(3);
    times = 0;
    expect(await typicalMs(false, 3, () => times++)).toBeGreaterThan(0);
    expect(times).toBe(2 + 3 * 100);
  });
});
