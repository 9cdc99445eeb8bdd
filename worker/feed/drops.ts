import { random } from '../../contract/index.ts';
import { elements, type Network } from '../../models/index.ts';

/** Nodes that drop paths, in the order of the rows of a batch's `dropPath`. */
export function dropPathNodes(network: Network): { name: string; share: number }[] {
  return network.nodes.flatMap(({ name, op }) => (op.kind === 'drop-path' ? [{ name, share: op.share }] : []));
}

/** Features before the classifier: the width of a batch's `dropout`. */
export function dropoutFeatures(network: Network): number {
  const node = network.nodes.find(({ op }) => op.kind === 'dropout');
  return node === undefined ? 0 : elements(node.shape);
}

/**
 * Multipliers for dropout, [batch, features]: 0 with probability `rate`, else 1 / (1 - rate), so that the expected
 * output is the input.
 */
export function dropoutMask(out: Float32Array, rate: number, seed: number, step: number): void {
  const draw = random(seed, 'dropout', step);
  const kept = 1 / (1 - rate);
  for (let i = 0; i < out.length; i++) out[i] = draw.next() < rate ? 0 : kept;
}

/**
 * Multipliers for stochastic depth (Huang et al. 2016), [blocks, batch]: a sample drops the branch of a block with
 * probability `rate` x the block's share, survivors are scaled by 1 / keep.
 */
export function dropPathMask(
  out: Float32Array,
  shares: readonly number[],
  rate: number,
  seed: number,
  step: number,
): void {
  const batch = out.length / shares.length;
  const draw = random(seed, 'drop-path', step);
  shares.forEach((share, block) => {
    const kept = 1 / (1 - rate * share);
    for (let i = 0; i < batch; i++) out[block * batch + i] = draw.next() < rate * share ? 0 : kept;
  });
}
