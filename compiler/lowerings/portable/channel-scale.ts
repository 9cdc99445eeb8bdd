import type { Rule } from '../rule.ts';
import { spatialAxes } from './axes.ts';

export const channelScale: Rule<'channel-scale'> = {
  forward: ({ graph }, _node, [x, by]) => graph.add('Mul', [x!, by!]),
  backward(context, node, dy) {
    const { graph } = context;
    const [x, by] = [context.valueOf(node.inputs[0]!), context.valueOf(node.inputs[1]!)];
    const axes = graph.ints(spatialAxes(node.shape));
    const dBy = graph.add('ReduceSum', [graph.add('Mul', [dy, x]), axes], { keepdims: 1 });
    return [graph.add('Mul', [dy, by]), dBy];
  },
};
