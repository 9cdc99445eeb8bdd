import { describe, expect, it } from 'vitest';
import type { ModelSpec } from '../../../contract/index.ts';
import { buildNetwork } from '../../../models/index.ts';
import { layoutOf } from '../../../worker/engines/onnx/layout.ts';
import { blocked } from '../../../worker/engines/onnx/lowering/blocked/index.ts';
import { portable } from '../../../worker/engines/onnx/lowering/portable/index.ts';
import { cpuBlock } from '../../../worker/engines/onnx/lowering/probe.ts';
import { drawnNetworks, everything, exercise, relativeError, smallNetwork, type Outcome } from './exercise.ts';

const block = await cpuBlock();

/** Whatever the padding costs: what is compared is arithmetic. */
const forced = (spec: ModelSpec) => ({ lowering: blocked(buildNetwork(spec), block), reason: 'test' });
const plain = { lowering: portable, reason: 'test' };

/** By parameter, and of what follows from all of them. */
function gradientErrors(spec: ModelSpec, ours: Outcome, theirs: Outcome): Record<string, number> {
  const errors: Record<string, number> = {
    params: relativeError(ours.state.get('params')!, theirs.state.get('params')!),
    ema: relativeError(ours.state.get('ema')!, theirs.state.get('ema')!),
    evaluation: relativeError(ours.evaluation, theirs.evaluation),
  };
  for (const { name, offset, size } of layoutOf(buildNetwork(spec)).params) {
    const part = (all: Float32Array) => all.subarray(offset, offset + size);
    errors[name] = relativeError(part(ours.gradients), part(theirs.gradients));
  }
  return errors;
}

function isRounding(errors: Record<string, number>): boolean {
  return Object.values(errors).every((error) => error < 1e-4);
}

describe.skipIf(block === 1)('the blocked and the portable lowering', () => {
  /**
   * A ReLU that reads a number within rounding of zero passes its gradient or not by the last bit, and then gradients
   * differ by more than rounding. So losses must agree for any images, gradients for one draw of three.
   */
  it.each(drawnNetworks(14))('agree on network $name', async ({ spec, seed }) => {
    const errors: Record<string, number>[] = [];
    while (errors.length < 3 && !errors.some(isRounding)) {
      const drawn = seed + 100 * errors.length;
      const theirs = await exercise(spec, drawn, { choice: plain });
      const ours = await exercise(spec, drawn, { choice: forced(spec) });
      expect(Math.abs(ours.losses[0]! / theirs.losses[0]! - 1)).toBeLessThan(1e-5);
      expect(ours.correct).toEqual(theirs.correct);
      expect(relativeError(ours.state.get('stats')!, theirs.state.get('stats')!)).toBeLessThan(1e-4);
      errors.push(gradientErrors(spec, ours, theirs));
    }
    expect(errors.at(-1)).toSatisfy(isRounding);
  });

  it('repeats a training to the bit', async () => {
    const [{ spec }] = drawnNetworks(1) as [ReturnType<typeof drawnNetworks>[0]];
    const first = await exercise(spec, 5, { choice: forced(spec), steps: 3 });
    const second = await exercise(spec, 5, { choice: forced(spec), steps: 3 });
    expect(second).toEqual(first);
  });

  it('train alike over ten steps', async () => {
    const recipe = { ...everything, batchSize: 32, dropout: 0, stochasticDepth: 0 };
    const ours = await exercise(smallNetwork, 3, { choice: forced(smallNetwork), recipe, steps: 10 });
    const theirs = await exercise(smallNetwork, 3, { choice: plain, recipe, steps: 10 });
    expect(theirs.losses.at(-1)).toBeLessThan(theirs.losses[0]!);
    ours.losses.forEach((loss, step) => expect(Math.abs(loss / theirs.losses[step]! - 1)).toBeLessThan(1e-3));
  });
});
