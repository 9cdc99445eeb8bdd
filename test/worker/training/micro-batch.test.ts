import { describe, expect, it } from 'vitest';
import { effectiveBatch, smallerMicroBatch } from '../../../worker/training/micro-batch.ts';
import { tinyTrial } from '../../fixtures/trial.ts';

describe('micro-batches', () => {
  it.each([
    [32, 32, 16],
    [32, 8, 4],
    // Halves that do not divide the batch: the largest divisor below.
    [24, 12, 6],
    [24, 8, 4],
    [50, 50, 25],
    [50, 25, 10],
    [45, 45, 15],
    // Fewer than four images make no statistics.
    [32, 4, undefined],
    [32, 6, undefined],
    [50, 5, undefined],
    [7, 7, undefined],
    [1, 1, undefined],
  ])('of a batch of %i, after %i comes %s', (batch, microBatch, next) => {
    expect(smallerMicroBatch(batch, microBatch)).toBe(next);
  });

  it('are parts of the training set where that is smaller than the batch', () => {
    const { spec } = tinyTrial();
    expect(effectiveBatch(spec)).toBe(8);
    expect(effectiveBatch({ ...spec, data: { ...spec.data, trainImages: 5 } })).toBe(5);
  });
});
