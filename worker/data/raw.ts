/** Decoded square images of one published split, before anything is chosen or resized. */
export interface RawImages {
  readonly count: number;
  readonly channels: number;
  readonly side: number;
  /** [count, channels, side, side], 0-255. */
  readonly pixels: Uint8Array;
  readonly labels: Uint16Array;
}

/** The published splits of a dataset. */
export interface RawDataset {
  readonly train: RawImages;
  readonly test: RawImages;
}
