import { describe, expect, it, vi } from 'vitest';
import type { ModelSpec } from '../../../contract/index.ts';
import { onDevice } from '../../../compiler/lowerings/portable/on-device.ts';
import { portable } from '../../../compiler/lowerings/portable/index.ts';
import { drawnNetworks, exercise, relativeError, smallNetwork } from './exercise.ts';
import { TRAINS_A_MINUTE } from '../../support/time-outs.ts';

vi.setConfig({ testTimeout: TRAINS_A_MINUTE, hookTimeout: TRAINS_A_MINUTE });

const networks: readonly (readonly [string, ModelSpec])[] = [
  ['of plain blocks', smallNetwork],
  ['with all options', drawnNetworks(5)[4]!.spec],
  ['with a max-pool over an even side', maxPooled(32)],
  ['with a max-pool over an odd side', maxPooled(35)],
];

/** A stem that halves, then the pool: it sees half of the image's side. */
function maxPooled(resolution: number): ModelSpec {
  const { spec } = drawnNetworks(2)[1]!;
  return { ...spec, blocks: [1, 1, 1, 1], baseWidth: 8, width: 0.5, stemPool: 'max', resolution, resnetD: false };
}

/** On the CPU, which has all operations: what a GPU's steps leave out must change nothing. */
describe('the steps of a GPU', () => {
  it.each(networks)('compute what those of the CPU do, for a network %s', async (_, spec) => {
    const ours = await exercise(spec, 3, { choice: { lowering: onDevice, reason: 'test' } });
    const theirs = await exercise(spec, 3, { choice: { lowering: portable, reason: 'test' } });
    expect(Math.abs(ours.losses[0]! / theirs.losses[0]! - 1)).toBeLessThan(1e-5);
    expect(ours.correct).toEqual(theirs.correct);
    expect(relativeError(ours.gradients, theirs.gradients)).toBeLessThan(1e-5);
    for (const [name, values] of theirs.state)
      expect(relativeError(ours.state.get(name)!, values), name).toBeLessThan(1e-5);
  });
});
