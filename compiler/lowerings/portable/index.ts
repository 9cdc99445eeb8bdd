import { elements } from '../../../models/index.ts';
import { standardLoss } from '../../loss/standard-loss.ts';
import { splitAtOnce, type Lowering, type Storage, type Stored } from '../rule.ts';
import { portableRules } from './rules.ts';

/** Plain [batch, channels, ...spatial] layout and standard operations only: runs on every execution provider. */
export const portable: Lowering = {
  layout: 'portable',
  block: 1,
  rules: portableRules,
  loss: standardLoss,
  optimisation: 'all',
  storageOf: asIs,
  sum: (graph, parts) => graph.add('Sum', parts),
  split: splitAtOnce,
  vectorDims: (size) => [size],
  addScaled: (graph, y, x, factor) => graph.add('Add', [y, graph.add('Mul', [x, factor])]),
};

/** Stored as the network has it. */
export function asIs({ shape }: Stored): Storage {
  const copy = (from: Float32Array, to: Float32Array): void => to.set(from.subarray(0, elements(shape)));
  return { shape, store: copy, restore: copy };
}
