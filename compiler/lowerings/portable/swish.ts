import type { Rule } from '../rule.ts';

/** y = x s with s = sigmoid(x); y' = s + y (1 - s). The sigmoid is computed again backwards: a pass, and a tensor less in memory. */
export const swish: Rule<'activation'> = {
  forward: ({ graph }, _node, [x]) => graph.add('Mul', [x!, graph.add('Sigmoid', [x!])]),
  backward(context, node, dy) {
    const { graph } = context;
    const [x, y] = [context.valueOf(node.inputs[0]!), context.valueOf(node.id)];
    const s = graph.add('Sigmoid', [x]);
    const slope = graph.add('Add', [s, graph.add('Mul', [y, graph.add('Sub', [graph.scalar(1), s])])]);
    return [graph.add('Mul', [dy, slope])];
  },
};
