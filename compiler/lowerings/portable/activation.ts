import type { ActivationFn } from '../../../models/index.ts';
import type { Rule } from '../rule.ts';
import { relu } from './relu.ts';
import { sigmoid } from './sigmoid.ts';
import { swish } from './swish.ts';

export const activations: Readonly<Record<ActivationFn, Rule<'activation'>>> = { relu, swish, sigmoid };

export const activation: Rule<'activation'> = {
  forward: (context, node, inputs) => activations[node.op.fn].forward(context, node, inputs),
  backward: (context, node, gradient) => activations[node.op.fn].backward(context, node, gradient),
};
