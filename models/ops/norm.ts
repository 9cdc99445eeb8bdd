import { pointwise, sameShape, type OpDefinition } from './definition.ts';

/** Batch normalisation with learned scale and shift. */
export interface Norm {
  readonly kind: 'norm';
  /** What the scale starts at. */
  readonly startAt: number;
}

/** What a `norm` adds to the variance, as in the released code and in PyTorch. */
export const NORM_EPSILON = 1e-5;

export const norm: OpDefinition<Norm> = {
  shape: sameShape,
  params: ({ startAt }, name, [x]) => [
    { name: `${name}.scale`, shape: [x!.channels], init: { kind: 'constant', value: startAt }, decays: false },
    { name: `${name}.shift`, shape: [x!.channels], init: { kind: 'constant', value: 0 }, decays: false },
  ],
  stats: (_op, name, [x]) => [
    { name: `${name}.mean`, shape: [x!.channels] },
    { name: `${name}.variance`, shape: [x!.channels] },
  ],
  workload: pointwise,
};
