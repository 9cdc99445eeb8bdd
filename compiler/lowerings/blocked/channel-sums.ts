import type { OnnxGraph, Value } from '../../onnx/onnx-graph.ts';
import type { LoweringContext } from '../rule.ts';
import { writeConv } from './write-conv.ts';
import { NCHWC, reshape, type Dims } from './tensor.ts';

/**
 * Means over images and positions, per channel: [C], once for each image in a block. Rows are summed one by one and then the rows' sums, which keeps
 * the rounding of a sum over 10^5 numbers to that of 10^3.
 */
export function channelMean(context: LoweringContext, dims: Dims, x: Value): Value {
  const { graph } = context;
  const rows = graph.add('GlobalAveragePool', [rowsOf(graph, dims, x)], {}, NCHWC);
  return meanOfRows(context, dims, rows);
}

/**
 * The mean of x * y, without writing the product: a depthwise convolution whose kernel is as large as its input and
 * whose weights are y (0.3 ms for 6.4 MB, where a product and a mean take 1.4).
 */
export function channelProductMean(context: LoweringContext, dims: Dims, x: Value, y: Value): Value {
  const { graph } = context;
  const [, channels, height, width] = dims;
  const window = { kernel: [1, width], groups: channels * height } as const;
  const weight = reshape(graph, y, [channels * height, 1, 1, width]);
  const rows = writeConv(graph, { x: rowsOf(graph, dims, x), weight, window });
  return graph.add('Mul', [meanOfRows(context, dims, rows), graph.scalar(1 / width)]);
}

/** Every row of every block of channels as channels of their own. */
function rowsOf(graph: OnnxGraph, [, channels, height, width]: Dims, x: Value): Value {
  return reshape(graph, x, [1, channels * height, 1, width]);
}

/** Packed images have one mean, which each of them gets. */
function meanOfRows({ graph, block, packed }: LoweringContext, [, channels, height]: Dims, rows: Value): Value {
  if (packed > 1) {
    const each = reshape(graph, rows, [height * packed, block / packed]);
    const mean = graph.add('ReduceMean', [each, graph.ints([0])], { keepdims: 1 });
    return reshape(graph, graph.add('Expand', [mean, graph.ints([packed, block / packed])]), [block]);
  }
  if (height === 1) return reshape(graph, rows, [channels]);
  const apart = reshape(graph, rows, [channels / block, height, block]);
  return reshape(graph, graph.add('ReduceMean', [apart, graph.ints([1])], { keepdims: 0 }), [channels]);
}
