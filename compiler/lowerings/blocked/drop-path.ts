import type { NodeOf } from '../../../models/index.ts';
import type { Value } from '../../onnx/onnx-graph.ts';
import type { LoweringContext, Rule } from '../rule.ts';
import { blockedDims, reshape, sidesOf } from './tensor.ts';

export const dropPath: Rule<'drop-path'> = {
  forward: (context, node, [x]) => withDroppedPaths(context, node, x!),
  backward: (context, node, dy) => [withDroppedPaths(context, node, dy)],
};

/** A factor per image, repeated along one row [W, N, packed, b / packed] and broadcast over the rows. */
function withDroppedPaths(context: LoweringContext, node: NodeOf<'drop-path'>, x: Value): Value {
  const { graph, batch, block, packed } = context;
  const mask = context.mask(node);
  if (mask === undefined) return x;
  const dims = blockedDims(node.shape, batch, block);
  const [, width] = sidesOf(node.shape);
  const byImage = graph.add('Transpose', [reshape(graph, mask, [packed, batch])], { perm: [1, 0] });
  const spread = graph.ints([width, batch, packed, block / packed]);
  const repeated = graph.add('Expand', [reshape(graph, byImage, [1, batch, packed, 1]), spread]);
  const row = reshape(graph, repeated, [width * batch * block]);
  return reshape(graph, graph.add('Mul', [reshape(graph, x, [-1, width * batch * block]), row]), dims);
}
