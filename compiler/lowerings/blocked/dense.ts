import { sizeOf } from '../../../models/index.ts';
import { hasOnePosition, type BlockedRule } from './blocked-rule.ts';
import { toFeatures } from './features.ts';
import { blockedDims, roundUp, toPlain } from './tensor.ts';

/** Leaves NCHWc: [N, classes]. */
export const dense: BlockedRule<'dense'> = {
  supports: ({ inputs, isLast }) => isLast && hasOnePosition(inputs[0]!),
  forward(context, node, [x]) {
    const { graph, param } = context;
    const features = toPlain(graph, x!, sizeOf(context.shapeOf(node.inputs[0]!)));
    const bias = graph.add('Slice', [param(`${node.name}.bias`), graph.ints([0]), graph.ints([node.shape.channels])]);
    return graph.add('Gemm', [features, param(`${node.name}.weight`), bias], { transA: 1, transB: 1 });
  },
  backward(context, node, dy) {
    const { graph, batch, block } = context;
    const input = context.shapeOf(node.inputs[0]!);
    const features = toPlain(graph, context.valueOf(node.inputs[0]!), sizeOf(input));
    const byFeature = graph.add('Transpose', [features], { perm: [1, 0] });
    context.gradient(`${node.name}.weight`, graph.add('Gemm', [dy, byFeature], { transA: 1 }));
    const dBias = graph.add('ReduceSum', [dy, graph.ints([0])], { keepdims: 0 });
    const missing = roundUp(node.shape.channels, block) - node.shape.channels;
    context.gradient(`${node.name}.bias`, graph.add('Pad', [dBias, graph.ints([0, missing])]));
    const dx = graph.add('Gemm', [context.param(`${node.name}.weight`), dy], { transA: 1, transB: 1 });
    return [toFeatures(context, dx, sizeOf(input), blockedDims(input, batch, block))];
  },
};
