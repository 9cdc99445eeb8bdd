import type { Dataset, ImageSet, PixelArray } from './dataset.ts';

/** Zeroed memory that the threads of a process can share: it is sent to another thread without being copied. */
export function sharedBytes(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}

/** A set of images held in memory. */
export interface MemorySet extends ImageSet {
  readonly pixels: Uint8Array;
  /** The images as published; the very same array where nothing was resized or the originals are not kept. */
  readonly originals: PixelArray;
}

/** A dataset of small images: all of it in memory. */
export interface MemoryDataset extends Dataset {
  readonly train: MemorySet;
  readonly minival: MemorySet;
  readonly test: MemorySet;
}

export function memorySet(
  labels: Uint16Array,
  channels: number,
  resized: PixelArray,
  originals: PixelArray = resized,
): MemorySet {
  const slice = ({ side, pixels }: PixelArray, index: number): Uint8Array => {
    const size = channels * side * side;
    return pixels.subarray(index * size, (index + 1) * size);
  };
  return {
    count: labels.length,
    channels,
    side: resized.side,
    labels,
    pixels: resized.pixels,
    originals,
    portable: { kind: 'memory', labels, channels, resized, originals },
    image: (index) => slice(resized, index),
    original: (index) => ({ pixels: slice(originals, index), width: originals.side, height: originals.side }),
  };
}

/** Bytes that a dataset holds in memory. */
export function memoryBytes({ train, minival, test }: MemoryDataset): number {
  const pixels = new Set([train, minival, test].flatMap((set) => [set.pixels, set.originals.pixels]));
  return [...pixels].reduce((sum, array) => sum + array.byteLength, 0);
}
