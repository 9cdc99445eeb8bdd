import { random } from '../../contract/index.ts';

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
