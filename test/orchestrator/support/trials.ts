import { makeTrial, type Trial, type TrialCost, type TrialSpec } from '../../../contract/index.ts';
import { modelOf, recipeOf } from '../../fixtures/trial.ts';

/** A small noop trial; different seeds are different trials. */
export function noopTrial(seed: number, overrides: Partial<TrialSpec> = {}): Trial {
  return makeTrial({
    model: modelOf({ classes: 10, zeroInitLastNorm: true }),
    data: { name: 'fashion-mnist', identity: 'fashion-mnist/1', trainImages: 100, minivalImages: 100 },
    recipe: recipeOf({ batchSize: 10, learningRate: 0.1 }),
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
