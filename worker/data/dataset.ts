/** An image as it is stored, before any crop. */
interface StoredImage {
  /** [channels, height, width], 0-255. A view that is valid until the set is read again. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Square images in one array, [count, channels, side, side]. */
export interface PixelArray {
  readonly side: number;
  readonly pixels: Uint8Array;
}

/**
 * What another thread of the process needs to read the same images, as `postMessage` carries it: plain values, arrays,
 * and arrays in shared memory, which are not copied. `openPortable` makes an `ImageSet` of it.
 */
export type PortableSet =
  | {
      readonly kind: 'memory';
      readonly labels: Uint16Array;
      readonly channels: number;
      readonly resized: PixelArray;
      readonly originals: PixelArray;
    }
  | {
      readonly kind: 'packed';
      readonly file: string;
      /** As `packedTable` lays it out. */
      readonly table: Float64Array;
      readonly side: number;
    };

/** Images of one split, all of one size. */
export interface ImageSet {
  readonly count: number;
  readonly channels: number;
  /** Height and width, pixels. */
  readonly side: number;
  readonly labels: Uint16Array;
  /** [count, channels, side, side], 0-255, where the set is held in memory; photographs are read from their file. */
  readonly pixels: Uint8Array | undefined;
  /** One image, [channels, side, side], 0-255. A view that is valid until the set is read again. */
  image(index: number): Uint8Array;
  /** The same image as it was before it was brought to `side`: what random resized crops are drawn from. */
  original(index: number): StoredImage;
  readonly portable: PortableSet;
}

/** A dataset at one resolution, ready to train on. */
export interface Dataset {
  readonly name: string;
  readonly identity: string;
  readonly classes: number;
  /** In the order of the labels. */
  readonly classNames?: readonly string[] | undefined;
  /** Per channel, of the training images, in units of 0-1. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly train: ImageSet;
  readonly minival: ImageSet;
  readonly test: ImageSet;
}

/** The splits of a dataset, by the name of its field. */
export type Split = 'train' | 'minival' | 'test';

/** What a network asks of its images. */
export interface ImageShape {
  /** Side of the square input, pixels. */
  readonly resolution: number;
  readonly channels: number;
  /** Checked against the dataset's where given. */
  readonly classes?: number;
}

/** Images of one per class, in the order of the labels. */
export function classCounts(set: Pick<ImageSet, 'labels'>, classes: number): number[] {
  const counts = Array.from({ length: classes }, () => 0);
  for (const label of set.labels) counts[label]! += 1;
  return counts;
}
