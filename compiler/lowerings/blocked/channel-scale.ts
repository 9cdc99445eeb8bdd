import type { Node, Shape } from '../../../models/index.ts';
import type { Rule } from '../rule.ts';
import { positions } from './positions.ts';
import { blockedDims, reshape } from './tensor.ts';

/** Whole images by a factor per channel and image: broadcast over positions of N * b numbers. */
export const channelScale: Rule<'channel-scale'> = {
  forward(context, node, [x, by]) {
    const { graph } = context;
    const product = graph.add('Mul', [positions(context, x!, node.shape), positions(context, by!, factorShape(node))]);
    return reshape(graph, product, blockedDims(node.shape, context.batch, context.block));
  },
  backward(context, node, dy) {
    const { graph, batch, block } = context;
    const x = positions(context, context.valueOf(node.inputs[0]!), node.shape);
    const by = positions(context, context.valueOf(node.inputs[1]!), factorShape(node));
    const gradient = positions(context, dy, node.shape);
    const dBy = graph.add('ReduceSum', [graph.add('Mul', [gradient, x]), graph.ints([1])], { keepdims: 1 });
    const dx = graph.add('Mul', [gradient, by]);
    return [
      reshape(graph, dx, blockedDims(node.shape, batch, block)),
      reshape(graph, dBy, blockedDims(factorShape(node), batch, block)),
    ];
  },
};

function factorShape({ shape: { channels, spatial } }: Node): Shape {
  return { channels, spatial: spatial.map(() => 1) };
}
