/** What a grid need not say of the recipe; of the network, its family says it. The resolved values are part of every trial. */
import type { RecipeSpec } from '../../contract/index.ts';

/** Every technique is off until a grid turns it on. Batch size and learning rate have no default: they belong together. */
export const RECIPE_DEFAULTS: Readonly<Omit<RecipeSpec, 'batchSize' | 'learningRate'>> = {
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
};
