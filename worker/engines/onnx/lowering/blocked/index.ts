import type { Network } from '../../../../../models/index.ts';
import { standardLoss } from '../../loss.ts';
import { splitAtOnce, type Lowering } from '../rule.ts';
import { writeConv } from './conv-call.ts';
import { conv } from './conv.ts';
import { dense, dropout, dropPath } from './head.ts';
import { norm } from './norm.ts';
import { add, gate, relu, sigmoid, sum } from './pointwise.ts';
import { avgPool, globalPool, maxPool } from './pool.ts';
import { input } from './stem.ts';
import { reshape } from './tensor.ts';
import { storageOf } from './weights.ts';

/** ONNX Runtime's blocked layout, `block` channels together: CPUs only. The batch must be a multiple of the block. */
export function blocked(network: Network, block: number): Lowering {
  const stem = network.nodes.find(({ op }) => op.kind === 'conv');
  return {
    layout: `blocked-${block}`,
    block,
    loss: standardLoss,
    optimisation: 'basic',
    storageOf: (tensor) => storageOf(tensor, block, `${stem?.name}.weight`),
    sum,
    split: splitAtOnce,
    vectorDims: (size) => (size % block === 0 ? [1, block, 1, size / block] : [size]),
    addScaled(graph, y, x, factor, size) {
      if (size % block !== 0) return graph.add('Add', [y, graph.add('Mul', [x, factor])]);
      // One pass where a product and a sum take two: the vector as `block` channels, all multiplied by the factor.
      const weight = reshape(graph, graph.add('Expand', [factor, graph.ints([block])]), [block, 1, 1, 1]);
      return writeConv(graph, { x, weight, sum: y, window: { kernel: [1, 1], groups: block } });
    },
    input,
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
}
