/**
 * Batches as the network reads them: [batch, channels, side, side] of normalised floats. Every draw is a function of
 * (seed, epoch, image), so a training that was killed and resumed sees the same bytes.
 */
import { permutation, random } from '../../contract/index.ts';
import { makeAugmenter, normalise, type AugmentationRecipe, type Augmenter } from './augment/augmenter.ts';
import type { Dataset, Split } from './dataset.ts';

interface BatchBuffers {
  /** [batch, channels, side, side]; rows without an image are set to 0. */
  readonly images: Float32Array;
  /** [batch]; rows without an image are set to -1. */
  readonly labels: Int32Array;
}

export interface TrainBatchRequest extends BatchBuffers {
  readonly dataset: Dataset;
  readonly recipe: AugmentationRecipe;
  readonly seed: number;
  /** Any number that names the epoch; the same one gives the same batches. */
  readonly epoch: number;
  /** From 0 to `trainSteps(...) - 1`. */
  readonly batch: number;
}

export interface EvalBatchRequest extends BatchBuffers {
  readonly dataset: Dataset;
  readonly split: Split;
  /** From 0 to `evalSteps(...) - 1`. */
  readonly batch: number;
}

/** Steps of one training epoch. A last short batch is left out, unless it is the only one. */
export function trainSteps(images: number, batchSize: number): number {
  return Math.max(Math.floor(images / batchSize), Math.min(images, 1));
}

/** Steps that see every image once: the last batch may be short. */
export function evalSteps(images: number, batchSize: number): number {
  return Math.ceil(images / batchSize);
}

/** Normalised float of each byte of each channel, [channels, 256]. */
function normalisation({ mean, std }: Dataset): Float32Array {
  const table = new Float32Array(mean.length * 256);
  mean.forEach((centre, channel) => {
    for (let value = 0; value < 256; value++) table[channel * 256 + value] = (value / 255 - centre) / std[channel]!;
  });
  return table;
}

/** What is kept from batch to batch of one dataset. */
interface Working {
  readonly table: Float32Array;
  augmenter: { readonly of: AugmentationRecipe; readonly augmenter: Augmenter } | undefined;
  order: { readonly seed: number; readonly epoch: number; readonly indices: Uint32Array } | undefined;
}

const working = new WeakMap<Dataset, Working>();

function workingOf(dataset: Dataset): Working {
  const known = working.get(dataset);
  if (known !== undefined) return known;
  const made: Working = { table: normalisation(dataset), augmenter: undefined, order: undefined };
  working.set(dataset, made);
  return made;
}

function orderOf(state: Working, count: number, seed: number, epoch: number): Uint32Array {
  if (state.order?.seed !== seed || state.order.epoch !== epoch) {
    state.order = { seed, epoch, indices: permutation(count, random(seed, 'shuffle', epoch)) };
  }
  return state.order.indices;
}

function augmenterOf(state: Working, dataset: Dataset, recipe: AugmentationRecipe): Augmenter {
  if (state.augmenter?.of !== recipe) {
    state.augmenter = { of: recipe, augmenter: makeAugmenter(dataset.train, recipe, state.table) };
  }
  return state.augmenter.augmenter;
}

/** Floats of one image. Throws when the buffers do not fit each other: a bug of the caller. */
function imageSize(dataset: Dataset, { images, labels }: BatchBuffers): number {
  const { channels, side } = dataset.train;
  const size = channels * side * side;
  if (images.length !== labels.length * size) {
    throw new Error(`Expected images of ${labels.length} x ${size} floats, got ${images.length}`);
  }
  return size;
}

function clearRest({ images, labels }: BatchBuffers, filled: number, size: number): void {
  images.fill(0, filled * size);
  labels.fill(-1, filled);
}

/** Fills one training batch, in the epoch's shuffled order, augmented. Returns the number of images in it. */
export function fillTrainBatch(request: TrainBatchRequest): number {
  const { dataset, recipe, seed, epoch, batch, images, labels } = request;
  const { train } = dataset;
  const size = imageSize(dataset, request);
  const state = workingOf(dataset);
  const order = orderOf(state, train.count, seed, epoch);
  const augmenter = augmenterOf(state, dataset, recipe);
  const first = batch * labels.length;
  const filled = Math.max(0, Math.min(labels.length, train.count - first));
  for (let row = 0; row < filled; row++) {
    const index = order[first + row]!;
    augmenter(index, seed, epoch, images, row * size);
    labels[row] = train.labels[index]!;
  }
  clearRest(request, filled, size);
  return filled;
}

/** Fills one evaluation batch, in the set's own order, normalised and otherwise as it is. Returns the number of images in it. */
export function fillEvalBatch(request: EvalBatchRequest): number {
  const { dataset, split, batch, images, labels } = request;
  const set = dataset[split];
  const size = imageSize(dataset, request);
  const { table } = workingOf(dataset);
  const first = batch * labels.length;
  const filled = Math.max(0, Math.min(labels.length, set.count - first));
  for (let row = 0; row < filled; row++) {
    normalise(set.image(first + row), set, table, images, row * size);
    labels[row] = set.labels[first + row]!;
  }
  clearRest(request, filled, size);
  return filled;
}
