import { createHash } from 'node:crypto';
import { random } from '../../../contract/index.ts';

const WEIGHTS = 64;

/** A made-up training whose state after step n depends on the seed and on n alone, as a true one's must. */
export interface NoopTraining {
  readonly weights: Float32Array;
  /** Executes step `step` (0-based). */
  advance(step: number): void;
  /** SHA-256 of the weights. */
  digest(): string;
}

export function makeNoopTraining(seed: number, weights: Float32Array = new Float32Array(WEIGHTS)): NoopTraining {
  return {
    weights,
    advance: (step) => {
      const source = random(seed, 'noop', 'step', step);
      for (let i = 0; i < weights.length; i++) weights[i] = weights[i]! * 0.99 + source.normal();
    },
    digest: () =>
      createHash('sha256')
        .update(new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength))
        .digest('hex'),
  };
}
