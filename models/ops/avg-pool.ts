import { pointwise, type OpDefinition } from './definition.ts';
import { halved } from './max-pool.ts';

/** 2 wide along every axis, stride 2; what lies over an odd side is averaged over what is there. */
export interface AvgPool {
  readonly kind: 'avg-pool';
}

export const avgPool: OpDefinition<AvgPool> = {
  shape: halved,
  workload: pointwise,
};
