import { dimsOf, sizeOf } from '../../../models/index.ts';
import type { Rule } from '../rule.ts';

export const dense: Rule<'dense'> = {
  forward({ graph, param, batch, shapeOf }, node, [x]) {
    const features = sizeOf(shapeOf(node.inputs[0]!));
    const flat = graph.add('Reshape', [x!, graph.ints([batch, features])]);
    return graph.add('Gemm', [flat, param(`${node.name}.weight`), param(`${node.name}.bias`)], { transB: 1 });
  },
  backward(context, node, dy) {
    const { graph, batch } = context;
    const input = context.shapeOf(node.inputs[0]!);
    const x = graph.add('Reshape', [context.valueOf(node.inputs[0]!), graph.ints([batch, sizeOf(input)])]);
    context.gradient(`${node.name}.weight`, graph.add('Gemm', [dy, x], { transA: 1 }));
    context.gradient(`${node.name}.bias`, graph.add('ReduceSum', [dy, graph.ints([0])], { keepdims: 0 }));
    const dx = graph.add('MatMul', [dy, context.param(`${node.name}.weight`)]);
    return [graph.add('Reshape', [dx, graph.ints([batch, ...dimsOf(input)])])];
  },
};
