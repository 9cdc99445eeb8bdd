import { elements } from '../../../models/index.ts';
import type { Value } from '../../onnx/onnx-graph.ts';
import type { LoweringContext, NodeOf, Rule } from '../rule.ts';
import { dimsOf, fromPlain, reshape, roundUp, toPlain } from './tensor.ts';

export const dropout: Rule<'dropout'> = {
  forward: (context, node, [x]) => withDropout(context, node, x!),
  backward: (context, node, dy) => [withDropout(context, node, dy)],
};

/** The mask comes as [N, features, 1, 1] and holds 0 or 1 / keep. */
function withDropout(context: LoweringContext, node: NodeOf<'dropout'>, x: Value): Value {
  const { graph, batch, block } = context;
  const mask = context.mask(node);
  if (mask === undefined) return x;
  const features = elements(node.shape);
  const byFeature = graph.add('Transpose', [reshape(graph, mask, [batch, features])], { perm: [1, 0] });
  return graph.add('Mul', [x, toFeatures(context, byFeature, features, dimsOf(node.shape, batch, block))]);
}

export const dropPath: Rule<'drop-path'> = {
  forward: (context, node, [x]) => withDroppedPaths(context, node, x!),
  backward: (context, node, dy) => [withDroppedPaths(context, node, dy)],
};

/** A factor per image, repeated along one row [W, N, abreast, b / abreast] and broadcast over the rows. */
function withDroppedPaths(context: LoweringContext, node: NodeOf<'drop-path'>, x: Value): Value {
  const { graph, batch, block, abreast } = context;
  const mask = context.mask(node);
  if (mask === undefined) return x;
  const dims = dimsOf(node.shape, batch, block);
  const width = node.shape[2];
  const byImage = graph.add('Transpose', [reshape(graph, mask, [abreast, batch])], { perm: [1, 0] });
  const spread = graph.ints([width, batch, abreast, block / abreast]);
  const repeated = graph.add('Expand', [reshape(graph, byImage, [1, batch, abreast, 1]), spread]);
  const row = reshape(graph, repeated, [width * batch * block]);
  return reshape(graph, graph.add('Mul', [reshape(graph, x, [-1, width * batch * block]), row]), dims);
}

/** Leaves the blocked layout: [N, classes]. */
export const dense: Rule<'dense'> = {
  forward(context, node, [x]) {
    const { graph, param } = context;
    const features = toPlain(graph, x!, elements(context.shapeOf(node.inputs[0]!)));
    const bias = graph.add('Slice', [param(`${node.name}.bias`), graph.ints([0]), graph.ints([node.shape[0]])]);
    return graph.add('Gemm', [features, param(`${node.name}.weight`), bias], { transA: 1, transB: 1 });
  },
  backward(context, node, dy) {
    const { graph, batch, block } = context;
    const input = context.shapeOf(node.inputs[0]!);
    const features = toPlain(graph, context.valueOf(node.inputs[0]!), elements(input));
    const byFeature = graph.add('Transpose', [features], { perm: [1, 0] });
    context.gradient(`${node.name}.weight`, graph.add('Gemm', [dy, byFeature], { transA: 1 }));
    const dBias = graph.add('ReduceSum', [dy, graph.ints([0])], { keepdims: 0 });
    const missing = roundUp(node.shape[0], block) - node.shape[0];
    context.gradient(`${node.name}.bias`, graph.add('Pad', [dBias, graph.ints([0, missing])]));
    const dx = graph.add('Gemm', [context.param(`${node.name}.weight`), dy], { transA: 1, transB: 1 });
    return [toFeatures(context, dx, elements(input), dimsOf(input, batch, block))];
  },
};

/** [features, N] to the blocked layout of a node without height and width. */
function toFeatures(
  { graph, block }: LoweringContext,
  plain: Value,
  features: number,
  dims: ReturnType<typeof dimsOf>,
): Value {
  const missing = roundUp(features, block) - features;
  const whole = missing > 0 ? graph.add('Pad', [plain, graph.ints([0, 0, missing, 0])]) : plain;
  return fromPlain(graph, whole, dims);
}
