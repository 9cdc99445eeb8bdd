import { sizeOf } from '../shape.ts';
import { pointwise, sameShape, type OpDefinition } from './definition.ts';

/** Functions of single values. `swish` is x * sigmoid(x) (Ramachandran et al. 2017), also called SiLU. */
export type ActivationFn = 'relu' | 'swish' | 'sigmoid';

export interface Activation {
  readonly kind: 'activation';
  readonly fn: ActivationFn;
}

/** Tensors of the output's size that the backward pass keeps: swish needs its input, and the next operation its output. */
const KEPT: Readonly<Record<ActivationFn, number>> = { relu: 1, swish: 2, sigmoid: 0 };

export const activation: OpDefinition<Activation> = {
  shape: sameShape,
  workload: pointwise,
  kept: ({ fn }, _inputs, output) => KEPT[fn] * sizeOf(output),
};
