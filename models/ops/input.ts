import type { Shape } from '../shape.ts';
import { noWork, type OpDefinition } from './definition.ts';

/** The image. */
export interface Input {
  readonly kind: 'input';
  readonly shape: Shape;
}

export const input: OpDefinition<Input> = {
  shape: (op) => op.shape,
  workload: noWork,
};
