/** Of a node's output, one image or clip: the batch is the lowering's to add. */
export interface Shape {
  readonly channels: number;
  /** Sides: [height, width] of an image, [frames, height, width] of a clip. */
  readonly spatial: readonly number[];
}

/** [channels, ...spatial]. */
export function dimsOf({ channels, spatial }: Shape): number[] {
  return [channels, ...spatial];
}

/** Values of one image. */
export function sizeOf({ channels, spatial }: Shape): number {
  return channels * elements(spatial);
}

/** The product of dimensions. */
export function elements(dims: readonly number[]): number {
  return dims.reduce((product, side) => product * side, 1);
}
