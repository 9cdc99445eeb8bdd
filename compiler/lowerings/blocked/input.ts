import { sizeOf } from '../../../models/index.ts';
import type { Rule } from '../rule.ts';
import { blockedDims, reshape } from './tensor.ts';

/** The image, plain, with the batch innermost: [1, C, H, W * N]; packed images have channels of their own. */
export const input: Rule<'input'> = {
  forward({ graph, batch, packed }, node, [image]) {
    const byImage = reshape(graph, image!, [packed, batch, sizeOf(node.shape) / packed]);
    return reshape(graph, graph.add('Transpose', [byImage], { perm: [0, 2, 1] }), blockedDims(node.shape, batch, 1));
  },
  backward: () => [],
};
