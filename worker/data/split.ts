/**
 * Which training images are held out as minival, and which of the rest are trained on: a function of the images'
 * contents alone. It does not depend on the order of the file, on the seed or on the resolution; a smaller training
 * subset is contained in every larger one; and copies of one image are never on both sides.
 */
import { hash } from 'node:crypto';
import { ScalesweepError } from '../../contract/index.ts';
import type { RawImages } from './raw.ts';

/** SHA-256: the first half orders minival, the second the training subset, so that the two choices are independent. */
const DIGEST = 32;
const HALF = DIGEST / 2;

export interface SplitSizes {
  readonly trainImages: number;
  readonly minivalImages: number;
}

/** Indices into the published training images, in the order of their hashes. */
export interface TrainSplit {
  readonly train: Uint32Array;
  readonly minival: Uint32Array;
}

function hashImages({ count, pixels }: RawImages): Buffer {
  const digests = Buffer.alloc(count * DIGEST);
  const size = pixels.length / Math.max(count, 1);
  for (let i = 0; i < count; i++) {
    hash('sha256', pixels.subarray(i * size, (i + 1) * size), 'buffer').copy(digests, i * DIGEST);
  }
  return digests;
}

/** The indices ordered by one half of the digest; copies, equal in both halves, by their label. */
function ordered(indices: Uint32Array, digests: Buffer, half: 0 | 1, labels: Uint16Array): Uint32Array {
  const offset = half * HALF;
  // The first 48 bits nearly always decide, as one number.
  const keys = Float64Array.from(labels, (_, index) => digests.readUIntBE(index * DIGEST + offset, 6));
  const compareRest = (a: number, b: number): number => {
    const [atA, atB] = [a * DIGEST + offset, b * DIGEST + offset];
    return digests.compare(digests, atB, atB + HALF, atA, atA + HALF) || labels[a]! - labels[b]!;
  };
  return indices.slice().sort((a, b) => keys[a]! - keys[b]! || compareRest(a, b));
}

/** Where each run of copies ends, along an order. */
function* groups(order: Uint32Array, digests: Buffer): Generator<Uint32Array> {
  const same = (a: number, b: number): boolean =>
    digests.compare(digests, b * DIGEST, (b + 1) * DIGEST, a * DIGEST, (a + 1) * DIGEST) === 0;
  let start = 0;
  for (let end = 1; end <= order.length; end++) {
    if (end < order.length && same(order[start]!, order[end]!)) continue;
    yield order.subarray(start, end);
    start = end;
  }
}

/**
 * The split of images by the SHA-256 of each, [count, 32].
 *
 * @throws {ScalesweepError} `USAGE` when more images are asked for than there are.
 */
export function splitByDigest(
  digests: Buffer,
  labels: Uint16Array,
  { trainImages, minivalImages }: SplitSizes,
): TrainSplit {
  const count = labels.length;
  if (trainImages + minivalImages > count) {
    throw new ScalesweepError(
      'USAGE',
      `Expected at most ${count} images to train on and to hold out, got ${trainImages} + ${minivalImages}`,
      { hint: 'Lower data.trainImages or data.minivalImages.' },
    );
  }
  const all = Uint32Array.from({ length: count }, (_, i) => i);
  const minival: number[] = [];
  const rest: number[] = [];
  for (const group of groups(ordered(all, digests, 0, labels), digests)) {
    // A run of copies that does not fit whole stays in the training set, whole.
    const target = minival.length + group.length <= minivalImages ? minival : rest;
    target.push(...group);
  }
  const train = ordered(Uint32Array.from(rest), digests, 1, labels);
  if (minival.length < minivalImages) {
    throw new ScalesweepError(
      'USAGE',
      `Expected to hold out ${minivalImages} images without separating copies of one image, got ${minival.length}`,
      { hint: 'The training set is made of copies: change data.minivalImages.' },
    );
  }
  return { train: train.subarray(0, trainImages), minival: Uint32Array.from(minival) };
}

/** {@link splitByDigest} of the images' pixels. */
export function splitByContent(images: RawImages, sizes: SplitSizes): TrainSplit {
  return splitByDigest(hashImages(images), images.labels, sizes);
}
