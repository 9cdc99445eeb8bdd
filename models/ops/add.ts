import { pointwise, sameShape, type OpDefinition } from './definition.ts';

/** The sum of two values of one shape. */
export interface Add {
  readonly kind: 'add';
}

export const add: OpDefinition<Add> = {
  shape: sameShape,
  workload: pointwise,
};
