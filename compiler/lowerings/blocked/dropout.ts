import { sizeOf, type NodeOf } from '../../../models/index.ts';
import type { Value } from '../../onnx/onnx-graph.ts';
import type { LoweringContext } from '../rule.ts';
import { hasOnePosition, type BlockedRule } from './blocked-rule.ts';
import { toFeatures } from './features.ts';
import { blockedDims, reshape } from './tensor.ts';

export const dropout: BlockedRule<'dropout'> = {
  supports: ({ node }) => hasOnePosition(node.shape),
  forward: (context, node, [x]) => withDropout(context, node, x!),
  backward: (context, node, dy) => [withDropout(context, node, dy)],
};

/** The mask comes as [N, features, 1, 1] and holds 0 or 1 / keep. */
function withDropout(context: LoweringContext, node: NodeOf<'dropout'>, x: Value): Value {
  const { graph, batch, block } = context;
  const mask = context.mask(node);
  if (mask === undefined) return x;
  const features = sizeOf(node.shape);
  const byFeature = graph.add('Transpose', [reshape(graph, mask, [batch, features])], { perm: [1, 0] });
  return graph.add('Mul', [x, toFeatures(context, byFeature, features, blockedDims(node.shape, batch, block))]);
}
