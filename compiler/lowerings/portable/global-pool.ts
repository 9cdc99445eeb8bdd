import { dimsOf, elements } from '../../../models/index.ts';
import type { Rule } from '../rule.ts';

export const globalPool: Rule<'global-pool'> = {
  forward: ({ graph }, _node, [x]) => graph.add('GlobalAveragePool', [x!]),
  backward(context, node, dy) {
    const { graph, batch } = context;
    const input = context.shapeOf(node.inputs[0]!);
    const shared = graph.add('Mul', [dy, graph.scalar(1 / elements(input.spatial))]);
    return [graph.add('Expand', [shared, graph.ints([batch, ...dimsOf(input)])])];
  },
};
