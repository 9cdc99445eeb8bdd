import { noWork, sameShape, type OpDefinition } from './definition.ts';

/** Stochastic depth: drops the whole branch of an image at `share` x the recipe's rate. */
export interface DropPath {
  readonly kind: 'drop-path';
  readonly share: number;
}

export const dropPath: OpDefinition<DropPath> = {
  shape: sameShape,
  // Few recipes drop anything.
  workload: noWork,
};
