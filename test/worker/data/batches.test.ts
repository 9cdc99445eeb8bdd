import { createHash } from 'node:crypto';
import fc from '../../support/property.ts';
import { describe, expect, it } from 'vitest';
import { random } from '../../../contract/index.ts';
import {
  evalSteps,
  fillEvalBatch,
  fillTrainBatch,
  trainSteps,
  type AugmentationRecipe,
  type Dataset,
} from '../../../worker/data/index.ts';
import { memorySet } from '../../../worker/data/memory-set.ts';

const plain: AugmentationRecipe = { flip: false, crop: 'none', randAugmentLayers: 0, randAugmentMagnitude: 0 };
const full: AugmentationRecipe = { flip: true, crop: 'pad', randAugmentLayers: 2, randAugmentMagnitude: 10 };

function datasetOf(count: number, { channels = 1, side = 8 } = {}): Dataset {
  const noise = random(11);
  const set = (images: number) => {
    const pixels = Uint8Array.from({ length: images * channels * side * side }, () => noise.below(256));
    const labels = Uint16Array.from({ length: images }, (_, i) => i);
    return memorySet(labels, channels, { side, pixels });
  };
  const mean = [0.4, 0.5, 0.6].slice(0, channels);
  const std = [0.2, 0.25, 0.3].slice(0, channels);
  return { name: 'x', identity: 'x/1', classes: 9, mean, std, train: set(count), minival: set(5), test: set(7) };
}

interface Batch {
  readonly filled: number;
  readonly images: Float32Array;
  readonly labels: Int32Array;
}

function trainBatch(
  dataset: Dataset,
  options: { recipe?: AugmentationRecipe; seed?: number; epoch?: number; batch?: number; size?: number },
): Batch {
  const { recipe = plain, seed = 1, epoch = 0, batch = 0, size = 4 } = options;
  const { channels, side } = dataset.train;
  const images = new Float32Array(size * channels * side * side).fill(99);
  const labels = new Int32Array(size).fill(99);
  return { filled: fillTrainBatch({ dataset, recipe, seed, epoch, batch, images, labels }), images, labels };
}
const digest = ({ images, labels }: Batch): string =>
  createHash('sha256').update(new Uint8Array(images.buffer)).update(new Uint8Array(labels.buffer)).digest('hex');
const epochLabels = (dataset: Dataset, size: number, options: { seed?: number; epoch?: number }): number[] =>
  Array.from({ length: trainSteps(dataset.train.count, size) }, (_, batch) => [
    ...trainBatch(dataset, { ...options, batch, size }).labels,
  ]).flat();

describe('an epoch', () => {
  it('shows every image once, in another order for each epoch and seed', () => {
    const dataset = datasetOf(24);
    const orders = [{ epoch: 0 }, { epoch: 1 }, { epoch: 0, seed: 2 }].map((which) => epochLabels(dataset, 4, which));
    for (const order of orders) expect(order.toSorted((a, b) => a - b)).toEqual([...Array(24).keys()]);
    expect(new Set(orders.map(String)).size).toBe(3);
    expect(epochLabels(dataset, 4, { epoch: 0 })).toEqual(orders[0]);
  });

  it.each([
    [10, 4, 2],
    [8, 4, 2],
    [3, 4, 1],
    [1, 1, 1],
    [0, 4, 0],
  ])('of %i images in batches of %i has %i steps', (images, batch, steps) => {
    expect(trainSteps(images, batch)).toBe(steps);
  });

  it('that is smaller than one batch fills the rest with nothing', () => {
    const { filled, images, labels } = trainBatch(datasetOf(3), { size: 5 });
    expect(filled).toBe(3);
    expect([...labels.subarray(3)]).toEqual([-1, -1]);
    expect(new Set(images.subarray(3 * 64))).toEqual(new Set([0]));
  });
});

describe('a training batch', () => {
  it('is normalised by the mean and deviation of its channel', () => {
    const dataset = datasetOf(8, { channels: 3 });
    const { images, labels } = trainBatch(dataset, {});
    labels.forEach((label, row) => {
      const image = dataset.train.image(label);
      for (const at of [0, 63, 64, 150, 191]) {
        const channel = Math.floor(at / 64);
        const wanted = (image[at]! / 255 - dataset.mean[channel]!) / dataset.std[channel]!;
        expect(images[row * 192 + at]).toBeCloseTo(wanted, 5);
      }
    });
  });

  it('is the same bytes after any draws before: a resumed training sees what an uninterrupted one saw', () => {
    const recipes = [full, { ...full, crop: 'resized' }, { ...plain, flip: true }] as const;
    for (const recipe of recipes) {
      const wanted = digest(trainBatch(datasetOf(24, { channels: 3 }), { recipe, epoch: 3, batch: 4 }));
      const other = datasetOf(24, { channels: 3 });
      for (const batch of [0, 1, 5]) trainBatch(other, { recipe, epoch: 2, batch });
      trainBatch(other, { recipe: plain });
      expect(digest(trainBatch(other, { recipe, epoch: 3, batch: 4 }))).toBe(wanted);
    }
  });

  it('differs by seed and by epoch', () => {
    const dataset = datasetOf(4);
    // One batch holds all images, so only the order and the augmentation can differ; labels tell the order.
    const augmented = (seed: number, epoch: number): string => {
      const { images, labels } = trainBatch(dataset, { recipe: full, seed, epoch });
      const rows = [...labels].map((label, row) => [label, ...images.subarray(row * 64, (row + 1) * 64)]);
      return JSON.stringify(rows.sort((a, b) => a[0]! - b[0]!));
    };
    expect(new Set([augmented(1, 0), augmented(1, 1), augmented(2, 0)]).size).toBe(3);
  });

  it('flips half of the images, each to its exact mirror', () => {
    const dataset = datasetOf(1_000, { side: 4 });
    const { images, labels } = trainBatch(dataset, { recipe: { ...plain, flip: true }, size: 1_000 });
    const { images: unflipped } = trainBatch(dataset, { size: 1_000 });
    let flipped = 0;
    for (let row = 0; row < 1_000; row++) {
      const [seen, original] = [images, unflipped].map((all) => all.subarray(row * 16, (row + 1) * 16));
      const mirrored = Array.from(original!, (_, i) => original![i - (i % 4) + 3 - (i % 4)]);
      const isMirror = seen!.every((value, i) => value === mirrored[i]);
      if (isMirror) flipped++;
      else expect([...seen!]).toEqual([...original!]);
    }
    expect(labels).toHaveLength(1_000);
    // Standard deviation 16.
    expect(Math.abs(flipped - 500)).toBeLessThan(80);
  });

  it('crops a padded image at every place alike', () => {
    const side = 16;
    const dataset = datasetOf(1, { side });
    const pad = 2;
    const image = dataset.train.image(0);
    const black = -dataset.mean[0]! / dataset.std[0]!;
    const seen = new Map<string, number>();
    for (let epoch = 0; epoch < 1_000; epoch++) {
      const { images } = trainBatch(dataset, { recipe: { ...plain, crop: 'pad' }, epoch, size: 1 });
      const shifts: string[] = [];
      for (let dy = -pad; dy <= pad; dy++) {
        for (let dx = -pad; dx <= pad; dx++) {
          const matches = images.every((value, i) => {
            const [x, y] = [(i % side) + dx, Math.floor(i / side) + dy];
            const inside = x >= 0 && x < side && y >= 0 && y < side;
            const wanted = inside ? (image[y * side + x]! / 255 - 0.4) / 0.2 : black;
            return Math.abs(value - wanted) < 1e-5;
          });
          if (matches) shifts.push(`${dx},${dy}`);
        }
      }
      expect(shifts).toHaveLength(1);
      seen.set(shifts[0]!, (seen.get(shifts[0]!) ?? 0) + 1);
    }
    // 25 places, 40 times each expected, standard deviation 6.
    expect(seen.size).toBe(25);
    for (const count of seen.values()) expect(Math.abs(count - 40)).toBeLessThan(31);
  });

  it('draws resized crops from the image as it was before it was resized', () => {
    const grey = (side: number, value: number) => ({ side, pixels: new Uint8Array(side * side).fill(value) });
    const train = memorySet(Uint16Array.of(0), 1, grey(8, 10), grey(28, 200));
    const dataset = { ...datasetOf(1), train };
    const seen = (crop: 'none' | 'resized') => trainBatch(dataset, { recipe: { ...plain, crop }, size: 1 }).images;
    for (const value of seen('resized')) expect(value).toBeCloseTo((200 / 255 - 0.4) / 0.2, 5);
    for (const value of seen('none')) expect(value).toBeCloseTo((10 / 255 - 0.4) / 0.2, 5);
  });

  it('refuses buffers that do not fit each other', () => {
    const dataset = datasetOf(8);
    const request = { dataset, recipe: plain, seed: 1, epoch: 0, batch: 0 };
    expect(() => fillTrainBatch({ ...request, images: new Float32Array(65), labels: new Int32Array(1) })).toThrow(
      'Expected images of 1 x 64 floats, got 65',
    );
  });
});

describe('an evaluation', () => {
  it('shows every image of its split once, in order, unaugmented', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), (size) => {
        const dataset = datasetOf(12);
        const labels = new Int32Array(size);
        const images = new Float32Array(size * 64);
        const seen: number[] = [];
        for (let batch = 0; batch < evalSteps(dataset.test.count, size); batch++) {
          const filled = fillEvalBatch({ dataset, split: 'test', batch, images, labels });
          seen.push(...labels.subarray(0, filled));
          expect(images[0]).toBeCloseTo((dataset.test.image(batch * size)[0]! / 255 - 0.4) / 0.2, 5);
          expect([...labels.subarray(filled)].every((label) => label === -1)).toBe(true);
        }
        expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6]);
      }),
    );
  });
});
