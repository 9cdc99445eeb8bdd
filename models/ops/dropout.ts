import { noWork, sameShape, type OpDefinition } from './definition.ts';

/** Drops single values at the recipe's dropout rate. */
export interface Dropout {
  readonly kind: 'dropout';
}

export const dropout: OpDefinition<Dropout> = {
  shape: sameShape,
  // Few recipes drop anything.
  workload: noWork,
};
