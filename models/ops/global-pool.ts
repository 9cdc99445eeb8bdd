import { pointwise, type OpDefinition } from './definition.ts';

/** The mean over all positions: one position per channel. */
export interface GlobalPool {
  readonly kind: 'global-pool';
}

export const globalPool: OpDefinition<GlobalPool> = {
  shape: (_op, [x]) => ({ channels: x!.channels, spatial: x!.spatial.map(() => 1) }),
  workload: pointwise,
};
