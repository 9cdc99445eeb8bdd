import { ScalesweepError, type DataSpec } from '../../contract/index.ts';
import type { ImageShape, PixelArray } from './dataset.ts';
import { memorySet, sharedBytes, type MemoryDataset, type MemorySet } from './memory-set.ts';
import type { RawDataset, RawImages } from './raw.ts';
import { makeResizer } from './resize.ts';
import { splitByContent } from './split.ts';
import { makeChannelCounter } from './statistics.ts';

/** The chosen images with the network's number of channels: grey ones are copied to each. */
function gather(images: RawImages, chosen: Iterable<number>, channels: number): Uint8Array[] {
  const size = images.pixels.length / images.count;
  return Array.from(chosen, (index) => {
    const image = images.pixels.subarray(index * size, (index + 1) * size);
    if (channels === images.channels) return image;
    const copied = new Uint8Array(channels * size);
    for (let channel = 0; channel < channels; channel++) copied.set(image, channel * size);
    return copied;
  });
}

function concatenate(images: readonly Uint8Array[], side: number): PixelArray {
  const size = images[0]?.length ?? 0;
  const pixels = sharedBytes(images.length * size);
  images.forEach((image, i) => pixels.set(image, i * size));
  return { side, pixels };
}

function resizeAll(images: readonly Uint8Array[], channels: number, from: number, to: number): PixelArray {
  if (from === to) return concatenate(images, to);
  const resize = makeResizer(to);
  const size = channels * to * to;
  const pixels = sharedBytes(images.length * size);
  const shape = { channels, width: from, height: from };
  const whole = { left: 0, top: 0, width: from, height: from };
  images.forEach((image, i) => resize(image, shape, whole, pixels.subarray(i * size, (i + 1) * size)));
  return { side: to, pixels };
}

function checkShape(raw: RawDataset, name: string, classes: number, shape: ImageShape): void {
  const given = raw.train.channels;
  if (shape.channels !== given && given !== 1) {
    throw new ScalesweepError('USAGE', `Expected model.channels to be ${given} for ${name}, got ${shape.channels}`);
  }
  const beyond = (label: number): boolean => label >= classes;
  const wrong = raw.train.labels.find(beyond) ?? raw.test.labels.find(beyond);
  if (wrong !== undefined) {
    throw new ScalesweepError('DATASET_CORRUPT', `Expected labels below ${classes} in ${name}, got ${wrong}`);
  }
}

/**
 * Chooses, resizes and measures the images of a trial. The training images keep their published size beside the resized
 * one where the two differ: random resized crops are drawn from it.
 *
 * @throws {ScalesweepError} `USAGE` when the dataset cannot give what is asked, `DATASET_CORRUPT` on a label
 * that no class has.
 */
export function prepareDataset(
  raw: RawDataset,
  about: Pick<DataSpec, 'name' | 'identity' | 'trainImages' | 'minivalImages'> & { readonly classes: number },
  shape: ImageShape,
): MemoryDataset {
  const { name, identity, classes } = about;
  checkShape(raw, name, classes, shape);
  const { channels, resolution } = shape;
  const prepare = (from: RawImages, chosen: Uint32Array, options: { keepOriginals: boolean }): MemorySet => {
    const images = gather(from, chosen, channels);
    const labels = Uint16Array.from(chosen, (index) => from.labels[index]!);
    const resized = resizeAll(images, channels, from.side, resolution);
    const keep = options.keepOriginals && from.side !== resolution;
    return memorySet(labels, channels, resized, keep ? concatenate(images, from.side) : resized);
  };
  const split = splitByContent(raw.train, about);
  const train = prepare(raw.train, split.train, { keepOriginals: true });
  const minival = prepare(raw.train, split.minival, { keepOriginals: false });
  const everyTest = Uint32Array.from({ length: raw.test.count }, (_, i) => i);
  const test = prepare(raw.test, everyTest, { keepOriginals: false });
  const counter = makeChannelCounter(channels);
  for (let i = 0; i < train.count; i++) counter.add(train.image(i));
  return { name, identity, classes, ...counter.statistics(), train, minival, test };
}
