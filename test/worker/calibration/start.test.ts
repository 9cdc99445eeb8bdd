import { describe, expect, it } from 'vitest';
import { startMeasuring } from '../../../worker/index.ts';

describe('startMeasuring', () => {
  it('gives up on a device that is too slow to measure', async () => {
    const request = { device: 'cpu', threads: 1, layouts: ['plain' as const], withinMs: 1 };
    // Less than a process takes to start.
    await expect(startMeasuring(request, 2, 1)).rejects.toThrow(
      'Expected to have measured cpu within 1 s, got no answer',
    );
  });
});
