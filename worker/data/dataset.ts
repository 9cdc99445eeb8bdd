/** Images of one split, all of one size. */
export interface ImageSet {
  readonly count: number;
  readonly channels: number;
  /** Height and width, pixels. */
  readonly side: number;
  /** [count, channels, side, side], 0-255. */
  readonly pixels: Uint8Array;
  readonly labels: Uint16Array;
}

/** A dataset at one resolution, ready to train on. */
export interface Dataset {
  readonly name: string;
  readonly identity: string;
  readonly classes: number;
  /** Per channel, of the training images, in units of 0-1. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly train: ImageSet;
  readonly minival: ImageSet;
  readonly test: ImageSet;
}
