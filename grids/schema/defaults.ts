/** What a grid need not say. The only place of defaults; the resolved values are part of every trial. */
import type { ModelSpec, RecipeSpec } from '../../contract/index.ts';

export type Family = ModelSpec['family'];
type ModelOptions = Pick<ModelSpec, 'block' | 'baseWidth' | 'resnetD' | 'stemPool' | 'seRatio' | 'zeroInitLastNorm'>;

export const MODEL_DEFAULTS: Readonly<Record<Family, ModelOptions>> = {
  /** The networks of ResNet-RS, Table 7. */
  'resnet-rs': {
    block: 'bottleneck',
    baseWidth: 64,
    resnetD: true,
    stemPool: 'conv',
    seRatio: 0.25,
    zeroInitLastNorm: true,
  },
  /** The small-image networks of He et al. 2016, section 4.2. */
  'resnet-rs-small': {
    block: 'basic',
    baseWidth: 16,
    resnetD: false,
    stemPool: 'none',
    seRatio: 0,
    zeroInitLastNorm: true,
  },
};

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
