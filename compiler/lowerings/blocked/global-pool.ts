import { elements } from '../../../models/index.ts';
import type { Rule } from '../rule.ts';
import { positions } from './positions.ts';
import { blockedDims, reshape } from './tensor.ts';

export const globalPool: Rule<'global-pool'> = {
  forward(context, node, [x]) {
    const { graph, batch, block } = context;
    const input = positions(context, x!, context.shapeOf(node.inputs[0]!));
    const mean = graph.add('ReduceMean', [input, graph.ints([1])], { keepdims: 1 });
    return reshape(graph, mean, blockedDims(node.shape, batch, block));
  },
  backward(context, node, dy) {
    const { graph, batch, block } = context;
    const input = context.shapeOf(node.inputs[0]!);
    const dims = blockedDims(input, batch, block);
    const count = elements(input.spatial);
    const share = graph.add('Mul', [positions(context, dy, node.shape), graph.scalar(1 / count)]);
    const spread = [dims[1] / block, count, batch * block];
    return [reshape(graph, graph.add('Expand', [share, graph.ints(spread)]), dims)];
  },
};
