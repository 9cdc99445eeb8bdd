import { elements, type Node } from '../../../models/index.ts';
import type { LoweringContext, Rule } from '../rule.ts';
import type { Value } from '../../onnx/onnx-graph.ts';

function masked(context: LoweringContext, node: Node, value: Value): Value {
  const mask = context.mask(node);
  return mask === undefined ? value : context.graph.add('Mul', [value, mask]);
}

/** The mask holds 0 or 1 / keep, so that the expected output is the input. */
export const dropout: Rule<'dropout'> = {
  forward: (context, node, [x]) => masked(context, node, x!),
  backward: (context, node, dy) => [masked(context, node, dy)],
};

export const dropPath: Rule<'drop-path'> = {
  forward: (context, node, [x]) => masked(context, node, x!),
  backward: (context, node, dy) => [masked(context, node, dy)],
};

export const dense: Rule<'dense'> = {
  forward({ graph, param, batch, shapeOf }, node, [x]) {
    const features = elements(shapeOf(node.inputs[0]!));
    const flat = graph.add('Reshape', [x!, graph.ints([batch, features])]);
    return graph.add('Gemm', [flat, param(`${node.name}.weight`), param(`${node.name}.bias`)], { transB: 1 });
  },
  backward(context, node, dy) {
    const { graph, batch } = context;
    const input = context.shapeOf(node.inputs[0]!);
    const x = graph.add('Reshape', [context.valueOf(node.inputs[0]!), graph.ints([batch, elements(input)])]);
    context.gradient(`${node.name}.weight`, graph.add('Gemm', [dy, x], { transA: 1 }));
    context.gradient(`${node.name}.bias`, graph.add('ReduceSum', [dy, graph.ints([0])], { keepdims: 0 }));
    const dx = graph.add('MatMul', [dy, context.param(`${node.name}.weight`)]);
    return [graph.add('Reshape', [dx, graph.ints([batch, ...input])])];
  },
};
