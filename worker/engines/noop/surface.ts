import { random, type TrialSpec } from '../../../contract/index.ts';

/**
 * A made-up accuracy in (0, 1): smooth, increasing with diminishing returns in width, depth, resolution and epochs, so that
 * queries over noop trials have sensible answers, plus noise of 0.2 points that depends on the seed alone. It says
 * nothing about any network.
 */
export function noopTop1(spec: TrialSpec, split: 'train' | 'minival' | 'test', epoch: number): number {
  const { width, depth, resolution } = spec.model;
  const capacity = (width * width * depth) ** -0.3;
  const detail = (resolution / 16) ** -0.8;
  const training = epoch ** -0.5;
  const error = 0.03 + 0.08 * capacity + 0.06 * detail + 0.2 * training;
  const noise = 0.002 * random(spec.seed, 'noop', split).normal();
  const offset = split === 'train' ? 0.02 : split === 'test' ? -0.005 : 0;
  return Math.min(0.999, Math.max(0.001, 1 - Math.min(error, 0.95) + noise + offset));
}
