import type { OnnxGraph, Value } from '../../onnx/onnx-graph.ts';
import type { NodeOf } from '../../../models/index.ts';
import type { LoweringContext } from '../rule.ts';
import type { ConvCall } from './conv-call.ts';
import { reshape, type Dims } from './tensor.ts';

/** Whether it pays: with registers for three pixels and one block, as AVX2 has them. */
export function isPaired(context: LoweringContext, { op }: NodeOf<'conv'>, [, filters, height]: Dims): boolean {
  const { block } = context;
  return block === 8 && filters === block && op.kernel[0] === 3 && height % 2 === 0;
}

/**
 * A 3 x 3 convolution with one block of filters, by pairs of output rows: an even row's filters and an odd row's are two blocks that
 * read the same four rows. A third more multiplications, of which two blocks have twice as many in flight.
 */
export function inPairsOfRows(
  graph: OnnxGraph,
  { weight, bias, ...call }: ConvCall,
  [, filters, height, columns]: Dims,
  channels: number,
): { call: ConvCall; join: (pairs: Value) => Value } {
  const tile = filters * filters;
  const rows = reshape(graph, weight, [channels / filters, 3, 3 * tile]);
  const even = graph.add('Pad', [rows, graph.ints([0, 0, 0, 0, 1, 0])]);
  const odd = graph.add('Pad', [rows, graph.ints([0, 1, 0, 0, 0, 0])]);
  const both = graph.add('Concat', [even, odd], { axis: 0 });
  return {
    call: {
      ...call,
      weight: reshape(graph, both, [2 * filters, channels, 4, 3]),
      bias: bias === undefined ? undefined : graph.add('Concat', [bias, bias], { axis: 0 }),
      window: { ...call.window, kernel: [4, 3], strides: [2, 1] },
    },
    join(pairs) {
      const apart = reshape(graph, pairs, [2, height / 2, columns * filters]);
      const inTurn = graph.add('Transpose', [apart], { perm: [1, 0, 2] });
      return reshape(graph, inTurn, [1, filters, height, columns]);
    },
  };
}
