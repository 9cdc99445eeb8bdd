import { elements } from '../../../models/index.ts';
import { standardLoss } from '../../loss/standard-loss.ts';
import { splitAtOnce, type Lowering, type Storage, type Stored } from '../rule.ts';
import { conv } from './conv.ts';
import { dense, dropout, dropPath } from './head.ts';
import { norm } from './norm.ts';
import { add, gate, relu, sigmoid } from './pointwise.ts';
import { avgPool, globalPool, maxPool } from './pool.ts';

/** Plain [batch, channels, height, width] layout and standard operations only: runs on every execution provider. */
export const portable: Lowering = {
  layout: 'portable',
  block: 1,
  loss: standardLoss,
  optimisation: 'all',
  storageOf: asIs,
  sum: (graph, parts) => graph.add('Sum', parts),
  split: splitAtOnce,
  vectorDims: (size) => [size],
  addScaled: (graph, y, x, factor) => graph.add('Add', [y, graph.add('Mul', [x, factor])]),
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

/** Stored as the network has it. */
export function asIs({ shape }: Stored): Storage {
  const copy = (from: Float32Array, to: Float32Array): void => to.set(from.subarray(0, elements(shape)));
  return { shape, store: copy, restore: copy };
}
