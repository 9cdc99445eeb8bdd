import type { Rule } from '../rule.ts';
import { allButChannels } from './axes.ts';
import { convAttributes } from './conv-attributes.ts';
import { dataGradient } from './data-gradient.ts';
import { weightGradient } from './weight-gradient.ts';

/** Convolution over any number of spatial axes, in groups or not. */
export const conv: Rule<'conv'> = {
  forward({ graph, param }, node, [x]) {
    const inputs = [x!, param(`${node.name}.weight`)];
    if (node.op.bias) inputs.push(param(`${node.name}.bias`));
    return graph.add('Conv', inputs, convAttributes(node.op));
  },

  backward(context, node, dy) {
    const { graph } = context;
    if (node.op.bias) {
      const axes = graph.ints(allButChannels(node.shape));
      context.gradient(`${node.name}.bias`, graph.add('ReduceSum', [dy, axes], { keepdims: 0 }));
    }
    context.gradient(`${node.name}.weight`, weightGradient(context, node, dy));
    return [context.needsGradient(node.inputs[0]!) ? dataGradient(context, node, dy) : undefined];
  },
};
