import type { OnnxGraph, Value } from '../../onnx-graph.ts';
import { writeConv } from './conv-call.ts';
import { NCHWC, reshape, type Dims } from './tensor.ts';

/**
 * Means over images and positions, per channel: [C]. Rows are summed one by one and then the rows' sums, which keeps
 * the rounding of a sum over 10^5 numbers to that of 10^3.
 */
export function channelMean(graph: OnnxGraph, dims: Dims, x: Value, block: number): Value {
  const rows = graph.add('GlobalAveragePool', [rowsOf(graph, dims, x)], {}, NCHWC);
  return meanOfRows(graph, dims, rows, block);
}

/**
 * The mean of x * y, without writing the product: a depthwise convolution whose kernel is as large as its input and
 * whose weights are y (0.3 ms for 6.4 MB, where a product and a mean take 1.4).
 */
export function channelProductMean(graph: OnnxGraph, dims: Dims, x: Value, y: Value, block: number): Value {
  const [, channels, height, width] = dims;
  const window = { kernel: [1, width], groups: channels * height } as const;
  const weight = reshape(graph, y, [channels * height, 1, 1, width]);
  const rows = writeConv(graph, { x: rowsOf(graph, dims, x), weight, window });
  return graph.add('Mul', [meanOfRows(graph, dims, rows, block), graph.scalar(1 / width)]);
}

/** Every row of every block of channels as channels of their own. */
function rowsOf(graph: OnnxGraph, [, channels, height, width]: Dims, x: Value): Value {
  return reshape(graph, x, [1, channels * height, 1, width]);
}

function meanOfRows(graph: OnnxGraph, [, channels, height]: Dims, rows: Value, block: number): Value {
  if (height === 1) return reshape(graph, rows, [channels]);
  const apart = reshape(graph, rows, [channels / block, height, block]);
  return reshape(graph, graph.add('ReduceMean', [apart, graph.ints([1])], { keepdims: 0 }), [channels]);
}
