import type { Network, OpKind } from '../../../models/index.ts';
import { standardLoss } from '../../loss/standard-loss.ts';
import { layoutIn } from '../choose-layout.ts';
import { portableRules } from '../portable/rules.ts';
import { splitAtOnce, type Lowering, type Rule, type Rules } from '../rule.ts';
import { sum } from './gradient-sum.ts';
import { Packing } from './packing.ts';
import { blockedRules, whyNotBlocked } from './rules.ts';
import { reshape } from './tensor.ts';
import { viaPlain } from './via-plain.ts';
import { storageOf } from './weights.ts';
import { writeConv } from './write-conv.ts';

/**
 * ONNX Runtime's NCHWc layout, `block` channels together: CPUs and two spatial axes only. The batch of a step must be a multiple of the
 * block.
 */
export function blocked(network: Network, block: number, batch: number): Lowering {
  const layout = layoutIn(network, block, batch);
  const refused = whyNotBlocked(network, layout.plainNodes);
  if (refused !== undefined) throw new RangeError(`Expected a network for the blocked lowering: ${refused}`);
  const packing = new Packing(network, layout);
  const ruleOf = <K extends OpKind>(kind: K): Rule<K> => {
    const plain = viaPlain<K>(portableRules[kind]);
    const own = blockedRules[kind];
    if (own === undefined) return plain;
    const packed = packing.rule<K>(own);
    const at = (id: number): Rule<K> => (layout.plainNodes.has(id) ? plain : packed);
    return {
      forward: (context, node, inputs) => at(node.id).forward(context, node, inputs),
      backward: (context, node, gradient) => at(node.id).backward(context, node, gradient),
    };
  };
  return {
    layout: `blocked-${block}`,
    block,
    // Each kind's own rule, which the keys do not tell the compiler.
    rules: Object.fromEntries(
      (Object.keys(portableRules) as OpKind[]).map((kind) => [kind, ruleOf(kind)]),
    ) as unknown as Rules,
    loss: standardLoss,
    optimisation: 'basic',
    storageOf: (tensor) => storageOf(tensor, packing.placeOf(tensor)),
    sum,
    split: splitAtOnce,
    vectorDims: (size) => (size % block === 0 ? [1, block, 1, size / block] : [size]),
    addScaled(graph, y, x, factor, size) {
      if (size % block !== 0) return graph.add('Add', [y, graph.add('Mul', [x, factor])]);
      // One pass where a product and a sum take two: the vector as `block` channels, all multiplied by the factor.
      const weight = reshape(graph, graph.add('Expand', [factor, graph.ints([block])]), [block, 1, 1, 1]);
      return writeConv(graph, { x, weight, sum: y, window: { kernel: [1, 1], groups: block } });
    },
  };
}
