import { describe, expect, it } from 'vitest';
import { decaysAt, learningRateAt, stepsOf } from '../../../worker/training/schedule.ts';
import { recipeOf } from '../../fixtures/trial.ts';

describe('stepsOf', () => {
  it('drops a last short batch', () => {
    expect(stepsOf(recipeOf({ batchSize: 32 }), 100, 4)).toEqual({ batch: 32, perEpoch: 3, total: 12 });
  });

  it('takes a training set smaller than the batch as one batch', () => {
    expect(stepsOf(recipeOf({ batchSize: 32 }), 10, 4)).toEqual({ batch: 10, perEpoch: 1, total: 4 });
  });
});

describe('learningRateAt', () => {
  const steps = { batch: 1, perEpoch: 10, total: 100 };
  const rates = (change: Parameters<typeof recipeOf>[0]) =>
    Array.from({ length: steps.total }, (_, step) =>
      learningRateAt(recipeOf({ learningRate: 0.8, ...change }), steps, step),
    );

  it('warms up in equal strides, peaks where the warm-up ends, and never again', () => {
    const all = rates({ warmupEpochs: 0.3 });
    expect(all.slice(0, 4)).toEqual([0.2, 0.4, 0.6, 0.8].map((rate) => expect.closeTo(rate, 12)));
    expect(Math.max(...all)).toBe(all[3]);
  });

  it('falls along half a cosine: half the peak half-way, next to nothing at the end', () => {
    const all = rates({ warmupEpochs: 0 });
    expect(all[0]).toBe(0.8);
    expect(all[50]).toBeCloseTo(0.4, 12);
    expect(all[99]).toBeLessThan(0.001);
    for (const [step, rate] of all.slice(1).entries()) expect(rate).toBeLessThan(all[step]!);
  });

  it('divides by ten at 30, 60 and 80 parts of 90', () => {
    const all = rates({ schedule: 'step', warmupEpochs: 0 });
    expect([0, 33, 34, 66, 67, 88, 89].map((step) => all[step])).toEqual(
      [0.8, 0.8, 0.08, 0.08, 0.008, 0.008, 0.0008].map((rate) => expect.closeTo(rate, 12)),
    );
  });

  it('leaves a step of training after a warm-up longer than the run', () => {
    expect(learningRateAt(recipeOf({ learningRate: 0.8, warmupEpochs: 50 }), steps, 99)).toBe(0.8);
  });
});

describe('decaysAt', () => {
  it('follows the count early and reaches the recipe, for weights and statistics alike', () => {
    const recipe = recipeOf({ emaDecay: 0.99 });
    expect(decaysAt(recipe, 0)).toEqual({ ema: 0.1, stat: 0.1 });
    expect(decaysAt(recipe, 10_000)).toEqual({ ema: 0.99, stat: 0.99 });
  });

  it('lets statistics be the mean of the batches so far, then a window of ten, without a moving average of weights', () => {
    const decays = [0, 1, 2, 8, 9, 500].map((step) => decaysAt(recipeOf({ emaDecay: 0 }), step).stat);
    expect(decays).toEqual([0, 1 / 2, 2 / 3, 8 / 9, 0.9, 0.9]);
  });
});
