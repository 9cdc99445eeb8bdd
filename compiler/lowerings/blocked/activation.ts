import type { ActivationFn } from '../../../models/index.ts';
import { sigmoid } from '../portable/sigmoid.ts';
import { swish } from '../portable/swish.ts';
import type { Rule } from '../rule.ts';
import type { BlockedRule } from './blocked-rule.ts';
import { relu } from './relu.ts';

/** Functions of single values may be the portable ones, in any layout; added channels stay zero where f(0) = 0 or a factor is 0. */
const activations: Readonly<Partial<Record<ActivationFn, Rule<'activation'>>>> = { relu, sigmoid, swish };

export const activation: BlockedRule<'activation'> = {
  supports: ({ node }) => activations[node.op.fn] !== undefined,
  forward: (context, node, inputs) => activations[node.op.fn]!.forward(context, node, inputs),
  backward: (context, node, gradient) => activations[node.op.fn]!.backward(context, node, gradient),
};
