import { dimsOf, sizeOf, type NodeOf } from '../../../models/index.ts';

import type { Attributes, Value } from '../../onnx/onnx-graph.ts';
import type { Rule } from '../rule.ts';
import { Kept } from '../kept.ts';

/** Where in the input each maximum was. */
const indices = new Kept<Value>('indices');

/** 3 wide, stride 2, padding 1; of equal values the first wins, as in PyTorch. */
export const maxPool: Rule<'max-pool'> = {
  forward({ graph }, node, [x]) {
    const [pooled, places] = graph.addMany('MaxPool', [x!], 2, windowOf(node));
    indices.keep(graph, node, places!);
    return pooled!;
  },
  backward(context, node, dy) {
    const { graph, batch } = context;
    const input = context.shapeOf(node.inputs[0]!);
    // The indices count through the whole tensor, so the scatter is one-dimensional.
    const flat = graph.ints([-1]);
    const zeros = graph.add('Expand', [graph.scalar(0), graph.ints([batch * sizeOf(input)])]);
    const places = graph.add('Reshape', [indices.of(graph, node), flat]);
    const updates = graph.add('Reshape', [dy, flat]);
    const scattered = graph.add('ScatterElements', [zeros, places, updates], { axis: 0, reduction: 'add' });
    return [graph.add('Reshape', [scattered, graph.ints([batch, ...dimsOf(input)])])];
  },
};

export function windowOf({ shape: { spatial } }: NodeOf<'max-pool'>): Attributes {
  const each = (value: number): number[] => spatial.map(() => value);
  return { kernel_shape: each(3), pads: [...each(1), ...each(1)], strides: each(2) };
}
