import type { Network } from '../../../models/index.ts';
import { standardLoss } from '../../loss/standard-loss.ts';
import { abreastOf } from '../batch-packing.ts';
import { splitAtOnce, type Lowering } from '../rule.ts';
import { Abreast } from './packed-rules.ts';
import { writeConv } from './conv-call.ts';
import { conv } from './conv.ts';
import { dense, dropout, dropPath } from './head.ts';
import { norm } from './norm.ts';
import { add, gate, relu, sigmoid, sum } from './pointwise.ts';
import { avgPool, globalPool, maxPool } from './pool.ts';
import { input } from './stem.ts';
import { reshape } from './tensor.ts';
import { storageOf } from './weights.ts';

/** ONNX Runtime's blocked layout, `block` channels together: CPUs only. The batch of a step must be a multiple of the block. */
export function blocked(network: Network, block: number, batch: number): Lowering {
  const abreast = new Abreast(network, block, abreastOf(network, block, batch));
  return {
    layout: `blocked-${block}`,
    block,
    loss: standardLoss,
    optimisation: 'basic',
    storageOf: (tensor) => storageOf(tensor, abreast.placeOf(tensor)),
    sum,
    split: splitAtOnce,
    vectorDims: (size) => (size % block === 0 ? [1, block, 1, size / block] : [size]),
    addScaled(graph, y, x, factor, size) {
      if (size % block !== 0) return graph.add('Add', [y, graph.add('Mul', [x, factor])]);
      // One pass where a product and a sum take two: the vector as `block` channels, all multiplied by the factor.
      const weight = reshape(graph, graph.add('Expand', [factor, graph.ints([block])]), [block, 1, 1, 1]);
      return writeConv(graph, { x, weight, sum: y, window: { kernel: [1, 1], groups: block } });
    },
    input: abreast.rule(input),
    conv: abreast.rule(conv),
    norm: abreast.rule(norm),
    relu: abreast.rule(relu),
    sigmoid: abreast.rule(sigmoid),
    add: abreast.rule(add),
    gate: abreast.rule(gate),
    'max-pool': abreast.rule(maxPool),
    'avg-pool': abreast.rule(avgPool),
    'global-pool': abreast.rule(globalPool),
    dropout,
    'drop-path': abreast.rule(dropPath),
    dense,
  };
}
