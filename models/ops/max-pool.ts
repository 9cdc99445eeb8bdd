import type { Shape } from '../shape.ts';
import { pointwise, type OpDefinition } from './definition.ts';

/** 3 wide along every axis, stride 2, padding 1. */
export interface MaxPool {
  readonly kind: 'max-pool';
}

export const maxPool: OpDefinition<MaxPool> = {
  shape: halved,
  workload: pointwise,
};

export function halved(_op: unknown, [x]: readonly Shape[]): Shape {
  return { channels: x!.channels, spatial: x!.spatial.map((side) => Math.ceil(side / 2)) };
}
