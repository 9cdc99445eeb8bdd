import type { Lowering } from '../rule.ts';
import { conv } from './conv.ts';
import { dense, dropout, dropPath } from './head.ts';
import { norm } from './norm.ts';
import { add, gate, relu, sigmoid } from './pointwise.ts';
import { avgPool, globalPool, maxPool } from './pool.ts';

/** Plain [batch, channels, height, width] layout and standard operations only: runs on every execution provider. */
export const portable: Lowering = {
  layout: 'portable',
  input: {
    forward: (_context, _node, [image]) => image!,
    backward: () => [],
  },
  conv,
  norm,
  relu,
  sigmoid,
  add,
  gate,
  'max-pool': maxPool,
  'avg-pool': avgPool,
  'global-pool': globalPool,
  dropout,
  'drop-path': dropPath,
  dense,
};
