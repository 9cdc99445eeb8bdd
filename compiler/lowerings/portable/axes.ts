import type { Shape } from '../../../models/index.ts';

/** Axes of [batch, channels, ...spatial] that positions lie along: 2, 3 ... */
export function spatialAxes({ spatial }: Shape): number[] {
  return spatial.map((_, axis) => axis + 2);
}

/** Those and the batch: what a mean per channel is taken over. */
export function allButChannels(shape: Shape): number[] {
  return [0, ...spatialAxes(shape)];
}

/** `Pad`'s amounts for [batch, channels, ...spatial]. */
export function spatialPads(before: readonly number[], after: readonly number[]): number[] {
  return [0, 0, ...before, 0, 0, ...after];
}

/** All indices of a kernel, the last axis fastest. */
export function indicesOf(kernel: readonly number[]): number[][] {
  return kernel.reduce<number[][]>(
    (all, side) => all.flatMap((index) => Array.from({ length: side }, (_, at) => [...index, at])),
    [[]],
  );
}

/** The end of `outputs` places that lie `stride` apart, from each of the kernel's indices on. */
export function endsOf(index: readonly number[], outputs: readonly number[], stride: readonly number[]): number[] {
  return index.map((first, axis) => first + stride[axis]! * (outputs[axis]! - 1) + 1);
}
