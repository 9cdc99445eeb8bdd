import type { Shape } from '../../../models/index.ts';
import type { OnnxGraph, Value } from '../../onnx/onnx-graph.ts';

/**
 * NCHWc, with the batch inside the rows: a node's value is [C / b, H, W, N, b], where b channels lie together and the batch lies inside
 * the rows. ONNX Runtime sees a tensor [1, C, H, W * N] in its own NCHWc layout (domain `com.microsoft.nchwc`, CPU
 * only, an internal of its graph optimiser): one image whose rows are as long as a batch.
 *
 * - A shift by a row or a column is a move of long runs, so no weight gradient gathers single numbers.
 * - A convolution reads its weights once for a row of the whole batch: at 2 x 2 pixels, 512 channels and batch 16 it
 *   runs at 129 GFLOP/s, where a batch of images runs at 24.
 * - Rows are long: the borders, which the kernels do one by one, are few (16 channels at 28 x 28: 127 against 99).
 *
 * Channel counts are rounded up to a multiple of b; the added channels are zero everywhere and stay so.
 */
export const NCHWC = 'com.microsoft.nchwc';

export type Dims = readonly [1, number, number, number];

/** What ONNX Runtime takes the value of a node for: [1, C, H, W * N]. */
export function blockedDims(shape: Shape, batch: number, block: number): Dims {
  const [height, width] = sidesOf(shape);
  return [1, roundUp(shape.channels, block), height, width * batch];
}

/** [height, width]: this lowering is for two spatial axes. */
export function sidesOf({ spatial }: Shape): readonly [number, number] {
  return [spatial[0]!, spatial[1]!];
}

export function reshape(graph: OnnxGraph, value: Value, dims: readonly number[]): Value {
  return graph.add('Reshape', [value, graph.ints(dims)]);
}

/** To [C, H * W * N], without the added channels. */
export function toPlain(graph: OnnxGraph, value: Value, channels: number): Value {
  return reshape(graph, graph.add('ReorderOutput', [value], { channels }, NCHWC), [channels, -1]);
}

/** From [C, H * W * N], C a multiple of the block. */
export function fromPlain(graph: OnnxGraph, value: Value, dims: Dims): Value {
  return graph.add('ReorderInput', [reshape(graph, value, dims)], {}, NCHWC);
}

/** [tiles, b, b] to the same with every tile transposed. */
export function transposeTiles(graph: OnnxGraph, value: Value, block: number): Value {
  return graph.add('ReorderOutput', [reshape(graph, value, [-1, block, 1, block])], { channels: block }, NCHWC);
}

export function roundUp(count: number, multiple: number): number {
  return Math.ceil(count / multiple) * multiple;
}
