import { describe, expect, it } from 'vitest';
import type { TrialSpec } from '../../../contract/index.ts';
import { OPERATION_CLASSES, trialCost } from '../../../compiler/index.ts';
import { makeCalibratedPredictor } from '../../../orchestrator/calibration/calibrated-predictor.ts';
import type { Calibration } from '../../../orchestrator/calibration/calibration.ts';
import { fitRates } from '../../../orchestrator/calibration/fit-rates.ts';
import { predictSeconds } from '../../../orchestrator/sweep/predictor.ts';
import { EVALUATION_BATCH, evaluationSeconds, plantedCalibration, specOf, stepSeconds } from './planted.ts';

function predictorOf(calibration: Calibration, kept: Calibration[] = []) {
  const predictor = makeCalibratedPredictor({
    calibration,
    device: 'cpu',
    threads: 1,
    keep: (each) => kept.push(each),
  });
  const seconds = (spec: TrialSpec): number => predictor.seconds(spec, trialCost(spec));
  const observe = (spec: TrialSpec, result: { seconds: number; stepMs: number | null }): void =>
    predictor.observe(spec, trialCost(spec), result);
  return { predictor, seconds, observe };
}

/** The planted machine's time of a trial, summed by hand. */
function trueSeconds(spec: TrialSpec): { steps: number; rest: number; stepMs: number } {
  const steps = Math.floor(5000 / 32) * spec.epochs;
  const step = stepSeconds(spec.model, 32);
  const batches = spec.epochs * Math.ceil(spec.data.minivalImages / EVALUATION_BATCH) + 10_000 / EVALUATION_BATCH;
  const assembly = steps * 32 * spec.model.resolution ** 2 * 1e-8;
  return { steps: steps * step, rest: batches * evaluationSeconds(spec.model) + assembly, stepMs: 1000 * step };
}
const total = (spec: TrialSpec): number => trueSeconds(spec).steps + trueSeconds(spec).rest;

describe('predictions from a calibration', () => {
  it('tell the time of networks that were not measured, steps, batches and evaluations', () => {
    const { seconds, predictor } = predictorOf(plantedCalibration());
    expect(predictor.isMeasured).toBe(true);
    for (const model of [{}, { width: 1 }, { width: 1, depth: 8, resolution: 20 }, { seRatio: 0.25 }]) {
      const spec = specOf({ model });
      expect(seconds(spec) / total(spec)).toBeCloseTo(1, 1);
    }
  });

  it('stand measurements that are a tenth off', () => {
    const { seconds } = predictorOf(plantedCalibration(0.1));
    for (const model of [{}, { width: 1 }, { width: 2, depth: 20 }]) {
      const ratio = seconds(specOf({ model })) / total(specOf({ model }));
      expect(ratio).toBeGreaterThan(0.8);
      expect(ratio).toBeLessThan(1.25);
    }
  });

  it.each<[string, Parameters<typeof specOf>[0]]>([
    ['more epochs', { epochs: 3 }],
    ['more to evaluate', { minivalImages: 4000 }],
    ['a wider network', { model: { width: 1 } }],
    ['a deeper one', { model: { depth: 20 } }],
    ['larger images', { model: { resolution: 32 } }],
    ['crops', { recipe: { crop: 'resized' } }],
    ['augmentation', { recipe: { randAugmentLayers: 2 } }],
  ])('grow with %s', (_, change) => {
    const { seconds } = predictorOf(plantedCalibration());
    expect(seconds(specOf(change))).toBeGreaterThan(seconds(specOf({})));
  });

  it('fall back to the flat figure where nothing was measured: the noop engine, and another layout', () => {
    const { seconds, predictor } = predictorOf(plantedCalibration());
    // 20 images fill no blocks of eight: trained in the plain layout.
    for (const spec of [specOf({ engine: 'noop' }), specOf({ recipe: { batchSize: 20 } })]) {
      expect(predictor.knows(spec)).toBe(false);
      expect(seconds(spec)).toBe(predictSeconds(spec, trialCost(spec)));
    }
    expect(predictor.knows(specOf({}))).toBe(true);
  });

  it('follow the trials that finish, for their network and for those that none has shown', () => {
    const { seconds, observe } = predictorOf(plantedCalibration());
    const [seen, unseen] = [specOf({}), specOf({ model: { width: 1, depth: 20 } })];
    const slower = 1.6;
    for (const spec of [seen, specOf({ model: { width: 1 } })]) {
      const { steps, rest, stepMs } = trueSeconds(spec);
      for (let times = 0; times < 4; times++)
        observe(spec, { seconds: slower * (steps + rest), stepMs: slower * stepMs });
    }
    expect(seconds(seen) / total(seen)).toBeGreaterThan(1.5);
    expect(seconds(seen) / total(seen)).toBeLessThan(1.7);
    expect(seconds(unseen) / total(unseen)).toBeGreaterThan(1.45);
    expect(seconds(unseen) / total(unseen)).toBeLessThan(1.75);
  });

  it('keep what they have learned, once, and begin with it the next time', () => {
    const kept: Calibration[] = [];
    const { predictor, observe, seconds } = predictorOf(plantedCalibration(), kept);
    predictor.save();
    expect(kept).toEqual([]);
    const spec = specOf({});
    observe(spec, { seconds: 2 * total(spec), stepMs: 2 * trueSeconds(spec).stepMs });
    predictor.save();
    predictor.save();
    expect(kept).toHaveLength(1);
    expect(predictorOf(kept[0]!).seconds(spec)).toBe(seconds(spec));
  });

  it('learn nothing from a trial whose steps were not timed', () => {
    const { observe, seconds } = predictorOf(plantedCalibration());
    const before = seconds(specOf({}));
    observe(specOf({}), { seconds: 1e6, stepMs: null });
    expect(seconds(specOf({}))).toBe(before);
  });
});

describe('rates', () => {
  it('are never negative, however contradictory the measurements', () => {
    const { probes } = plantedCalibration();
    const work = (index: number) =>
      Object.fromEntries(OPERATION_CLASSES.map((name, i) => [name, 1 + ((index * (i + 3)) % 7)])) as never;
    const rates = fitRates(probes.map((_, index) => ({ work: work(index), seconds: index % 2 ? 1 : 50, weight: 1 })));
    for (const rate of Object.values(rates)) expect(rate).toBeGreaterThanOrEqual(0);
    expect(Object.values(rates).some((rate) => rate > 0)).toBe(true);
  });
});
