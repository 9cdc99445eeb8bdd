import type { Rule } from '../rule.ts';

export const sigmoid: Rule<'activation'> = {
  forward: ({ graph }, _node, [x]) => graph.add('Sigmoid', [x!]),
  backward(context, node, dy) {
    const { graph } = context;
    const y = context.valueOf(node.id);
    const slope = graph.add('Mul', [y, graph.add('Sub', [graph.scalar(1), y])]);
    return [graph.add('Mul', [dy, slope])];
  },
};
