import { describe, expect, it, vi } from 'vitest';
import { random, type ModelSpec } from '../../../contract/index.ts';
import { buildNetwork } from '../../../models/index.ts';
import { blocked } from '../../../compiler/lowerings/blocked/index.ts';
import { portable } from '../../../compiler/lowerings/portable/index.ts';
import { cpuBlock } from '../../../worker/engines/onnx/cpu-block.ts';
import type { Lowering } from '../../../compiler/lowerings/rule.ts';
import { openOnnxTrainer, type OnnxTrainer } from '../../../worker/engines/onnx/onnx-trainer.ts';
import { everything, smallNetwork } from './exercise.ts';
import { TRAINS_A_MINUTE } from '../../support/time-outs.ts';

vi.setConfig({ testTimeout: TRAINS_A_MINUTE, hookTimeout: TRAINS_A_MINUTE });

const block = await cpuBlock();
const BATCH = 4 * block;
const recipe = { ...everything, batchSize: BATCH, dropout: 0, stochasticDepth: 0 };

/** Channels for four images in a block in the first stage and two in the second. */
const narrow: ModelSpec = { ...smallNetwork, baseWidth: block, width: 0.25, seRatio: 0.5, blocks: [2, 1, 1] };
const lowerings: [string, ModelSpec, (spec: ModelSpec) => Lowering][] = [
  ['the portable lowering', smallNetwork, () => portable],
  ...(block === 1
    ? []
    : ([
        ['blocks', smallNetwork, (spec) => blocked(buildNetwork(spec), block, BATCH)],
        ['batch packing', narrow, (spec) => blocked(buildNetwork(spec), block, BATCH)],
      ] as [string, ModelSpec, (spec: ModelSpec) => Lowering][])),
];

async function withTrainer<T>(spec: ModelSpec, lowering: Lowering, use: (trainer: OnnxTrainer) => Promise<T>) {
  const choice = { lowering, reason: 'test' };
  const network = buildNetwork(spec);
  const trainer = await openOnnxTrainer({ network, recipe, batch: BATCH, seed: 3, device: 'cpu', threads: 1, choice });
  try {
    return await use(trainer);
  } finally {
    await trainer.close();
  }
}

async function steps(trainer: OnnxTrainer, { channels, resolution, classes }: ModelSpec, from: number, to: number) {
  for (let step = from; step < to; step++) {
    const draw = random(step, 'images');
    const images = Float32Array.from({ length: BATCH * channels * resolution ** 2 }, () => draw.normal());
    const labels = Int32Array.from({ length: BATCH }, () => draw.below(classes));
    await trainer.step({ images, labels }, { learningRate: 0.1, emaDecay: 0.9, statDecay: 0.5 });
  }
  return new Map([...(await trainer.state())].map(([name, values]) => [name, Float32Array.from(values)]));
}

describe.each(lowerings)('a training in %s', (_, spec, loweringOf) => {
  it('continues from its saved state to the same numbers, bit by bit', async () => {
    const lowering = loweringOf(spec);
    const whole = await withTrainer(spec, lowering, (trainer) => steps(trainer, spec, 0, 6));
    const saved = await withTrainer(spec, lowering, (trainer) => steps(trainer, spec, 0, 3));
    const resumed = await withTrainer(spec, lowering, (trainer) => {
      trainer.restore(saved);
      return steps(trainer, spec, 3, 6);
    });
    expect(resumed).toEqual(whole);
    expect(resumed).not.toEqual(saved);
  });
});
