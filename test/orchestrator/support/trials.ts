import { makeTrial, type Trial, type TrialCost, type TrialSpec } from '../../../contract/index.ts';

/** A small noop trial; different seeds are different trials. */
export function noopTrial(seed: number, overrides: Partial<TrialSpec> = {}): Trial {
  return makeTrial({
    model: {
      family: 'resnet-rs-small',
      depth: 8,
      width: 1,
      resolution: 8,
      channels: 1,
      classes: 10,
      block: 'basic',
      baseWidth: 4,
      resnetD: false,
      stemPool: 'none',
      seRatio: 0,
      zeroInitLastNorm: true,
    },
    data: { name: 'fashion-mnist', identity: 'fashion-mnist/1', trainImages: 100, minivalImages: 100 },
    recipe: {
      batchSize: 10,
      learningRate: 0.1,
      schedule: 'cosine',
      warmupEpochs: 0,
      momentum: 0.9,
      nesterov: false,
      weightDecay: 0,
      labelSmoothing: 0,
      dropout: 0,
      stochasticDepth: 0,
      emaDecay: 0,
      flip: false,
      crop: 'none',
      randAugmentLayers: 0,
      randAugmentMagnitude: 0,
    },
    epochs: 2,
    seed,
    engine: { name: 'noop', numerics: 1 },
    ...overrides,
  });
}

export const COST: TrialCost = { flops: 1e6, params: 1000, activations: 1000, memoryBytes: 1e6, trainFlops: 6e8 };

export function noopTrials(count: number, overrides: Partial<TrialSpec> = {}): Trial[] {
  return Array.from({ length: count }, (_, seed) => noopTrial(seed, overrides));
}
