import type { ModelSpec, RecipeSpec } from '../../contract/index.ts';
import { fullRecipe, recipeOf, modelOf } from '../fixtures/trial.ts';

export interface GoldenCase {
  readonly name: string;
  readonly model: ModelSpec;
  readonly recipe: RecipeSpec;
  readonly microBatch?: number;
}

const BATCH = 16;

function small(change: Partial<ModelSpec>): ModelSpec {
  return modelOf({ baseWidth: 16, ...change });
}

function large(change: Partial<ModelSpec>): ModelSpec {
  const blocks = [1, 1, 1, 1];
  return modelOf({ family: 'resnet-rs', depth: 50, resolution: 32, baseWidth: 16, blocks, ...change });
}

const plain = recipeOf({ batchSize: BATCH });
const full = { ...fullRecipe, batchSize: BATCH };

/** Ten trainings that together use every option of a network and of a recipe. */
export const goldenCases: readonly GoldenCase[] = [
  { name: 'basic blocks, everything off', model: small({}), recipe: plain },
  { name: 'basic blocks, everything on', model: small({ seRatio: 0.25, zeroInitLastNorm: true }), recipe: full },
  { name: 'bottlenecks at an odd side', model: small({ block: 'bottleneck', depth: 11, resolution: 9 }), recipe: full },
  { name: 'ResNet-D shortcuts', model: small({ resnetD: true, resolution: 11 }), recipe: { ...full, crop: 'resized' } },
  {
    name: 'fewer channels than a block',
    model: small({ width: 0.5, baseWidth: 8 }),
    recipe: { ...plain, nesterov: true },
  },
  {
    name: 'photographs, pooled stem',
    model: large({ channels: 1, stemPool: 'max', block: 'basic' }),
    recipe: { ...plain, weightDecay: 1e-3, schedule: 'step' },
  },
  {
    name: 'photographs, convolution for the pool, SE',
    model: large({ stemPool: 'conv', block: 'bottleneck', resnetD: true, seRatio: 0.25 }),
    recipe: { ...full, warmupEpochs: 1 },
  },
  {
    name: 'photographs, no pool',
    model: large({ stemPool: 'none', block: 'bottleneck' }),
    recipe: { ...plain, labelSmoothing: 0.1, schedule: 'constant', randAugmentLayers: 2, randAugmentMagnitude: 9 },
  },
  {
    name: 'micro-batches',
    model: small({ seRatio: 0.5 }),
    recipe: { ...full, batchSize: 2 * BATCH },
    microBatch: BATCH,
  },
  {
    name: 'an average without drops',
    model: small({ depth: 14, width: 0.75 }),
    recipe: { ...plain, emaDecay: 0.9, flip: true, crop: 'pad' },
  },
];
