import { elements, type Shape } from '../../../models/index.ts';
import type { OnnxGraph, Value } from '../../onnx/onnx-graph.ts';

import type { Rule } from '../rule.ts';
import { indicesOf, spatialAxes } from './axes.ts';

/** 2 wide, stride 2. */
export const avgPool: Rule<'avg-pool'> = {
  forward({ graph }, { shape: { spatial } }, [x]) {
    const twos = spatial.map(() => 2);
    return graph.add('AveragePool', [x!], { kernel_shape: twos, strides: twos, ceil_mode: 1, count_include_pad: 0 });
  },
  backward(context, node, dy) {
    const { graph, batch } = context;
    const input = context.shapeOf(node.inputs[0]!);
    const shared = graph.add('Mul', [dy, shareOfWindow(graph, input, node.shape)]);
    const { channels, spatial } = node.shape;
    const rows = batch * channels;
    const apart = graph.add('Reshape', [shared, graph.ints([rows, ...spatial.flatMap((side) => [side, 1])])]);
    const repeated = graph.add('Expand', [apart, graph.ints([rows, ...spatial.flatMap((side) => [side, 2])])]);
    const doubled = spatial.map((side) => 2 * side);
    const whole = graph.add('Reshape', [repeated, graph.ints([batch, channels, ...doubled])]);
    if (doubled.every((side, axis) => side === input.spatial[axis])) return [whole];
    const starts = graph.ints(spatial.map(() => 0));
    return [graph.add('Slice', [whole, starts, graph.ints(input.spatial), graph.ints(spatialAxes(input))])];
  },
};

/** 1 / the number of positions in each window: 4 of an image, or 2 and 1 at an odd edge. */
function shareOfWindow(graph: OnnxGraph, input: Shape, { spatial }: Shape): Value {
  if (input.spatial.every((side) => side % 2 === 0)) return graph.scalar(1 / 2 ** spatial.length);
  const shares = indicesOf(spatial).map(
    (index) => 1 / elements(index.map((at, axis) => Math.min(2, input.spatial[axis]! - 2 * at))),
  );
  return graph.floats(shares, [1, 1, ...spatial]);
}
