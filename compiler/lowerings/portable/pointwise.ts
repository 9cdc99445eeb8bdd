import type { Rule } from '../rule.ts';

export const relu: Rule<'relu'> = {
  forward: ({ graph }, _node, [x]) => graph.add('Relu', [x!]),
  backward(context, node, dy) {
    const { graph } = context;
    // 0.6 ms on the tensor where a product with Sign takes 1.0.
    const alive = graph.add('Greater', [context.valueOf(node.id), graph.scalar(0)]);
    return [graph.add('Where', [alive, dy, graph.scalar(0)])];
  },
};

export const sigmoid: Rule<'sigmoid'> = {
  forward: ({ graph }, _node, [x]) => graph.add('Sigmoid', [x!]),
  backward(context, node, dy) {
    const { graph } = context;
    const y = context.valueOf(node.id);
    const slope = graph.add('Mul', [y, graph.add('Sub', [graph.scalar(1), y])]);
    return [graph.add('Mul', [dy, slope])];
  },
};

export const add: Rule<'add'> = {
  forward: ({ graph }, _node, [a, b]) => graph.add('Add', [a!, b!]),
  backward: (_context, _node, dy) => [dy, dy],
};

export const gate: Rule<'gate'> = {
  forward: ({ graph }, _node, [x, by]) => graph.add('Mul', [x!, by!]),
  backward(context, node, dy) {
    const { graph } = context;
    const [x, by] = [context.valueOf(node.inputs[0]!), context.valueOf(node.inputs[1]!)];
    const dBy = graph.add('ReduceSum', [graph.add('Mul', [dy, x]), graph.ints([2, 3])], { keepdims: 1 });
    return [graph.add('Mul', [dy, by]), dBy];
  },
};
