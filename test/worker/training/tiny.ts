import { makeTrial, random, type ModelSpec, type RecipeSpec, type Trial } from '../../../contract/index.ts';
import type { Dataset } from '../../../worker/data/index.ts';
import { memorySet } from '../../../worker/data/memory-set.ts';

/** A recipe with everything off, and changes to it. */
export function recipeOf(change: Partial<RecipeSpec> = {}): RecipeSpec {
  return {
    batchSize: 8,
    learningRate: 0.05,
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
    ...change,
  };
}

/** A network of a few thousand parameters on 8 x 8 images. */
export const tinyModel: ModelSpec = {
  family: 'resnet-rs-small',
  depth: 8,
  width: 1,
  resolution: 8,
  channels: 1,
  classes: 3,
  block: 'basic',
  baseWidth: 4,
  resnetD: false,
  stemPool: 'none',
  seRatio: 0,
  zeroInitLastNorm: false,
};

/** A recipe that uses all that is random. */
export const fullRecipe: RecipeSpec = recipeOf({
  nesterov: true,
  weightDecay: 1e-3,
  labelSmoothing: 0.1,
  dropout: 0.2,
  stochasticDepth: 0.2,
  emaDecay: 0.9,
  flip: true,
  crop: 'pad',
  randAugmentLayers: 1,
  randAugmentMagnitude: 5,
});

export function tinyTrial(change: { recipe?: RecipeSpec; epochs?: number; seed?: number } = {}): Trial {
  return makeTrial({
    model: tinyModel,
    data: { name: 'tiny', identity: 'tiny/1', trainImages: 44, minivalImages: 20 },
    recipe: change.recipe ?? fullRecipe,
    epochs: change.epochs ?? 3,
    seed: change.seed ?? 5,
    engine: { name: 'onnx', numerics: 1 },
  });
}

/** Three classes of noisy patterns. */
export function tinyDataset(): Dataset {
  const draw = random(1, 'tiny images');
  const patterns = Array.from({ length: 3 }, () => Array.from({ length: 64 }, () => draw.next() * 255));
  const set = (count: number) => {
    const labels = Uint16Array.from({ length: count }, (_, i) => i % 3);
    const pixels = Uint8Array.from({ length: count * 64 }, (_, i) => {
      const value = patterns[labels[Math.floor(i / 64)]!]![i % 64]! + 60 * draw.normal();
      return Math.max(0, Math.min(255, Math.round(value)));
    });
    return memorySet(labels, 1, { side: 8, pixels });
  };
  return {
    name: 'tiny',
    identity: 'tiny/1',
    classes: 3,
    mean: [0.5],
    std: [0.25],
    train: set(44),
    minival: set(20),
    test: set(30),
  };
}
