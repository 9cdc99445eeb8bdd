import ort from 'onnxruntime-node';
import { describe, expect, it, vi } from 'vitest';
import { random, type ModelSpec, type RecipeSpec } from '../../../contract/index.ts';
import { buildNetwork } from '../../../models/index.ts';
import { foldNorms } from '../../../compiler/export/fold-norms.ts';
import { buildInferenceModel } from '../../../compiler/export/inference-model.ts';
import { openOnnxTrainer } from '../../../worker/engines/onnx/onnx-trainer.ts';
import { recipeOf, modelOf } from '../../fixtures/trial.ts';
import { TRAINS_A_MINUTE } from '../../support/time-outs.ts';

vi.setConfig({ testTimeout: TRAINS_A_MINUTE, hookTimeout: TRAINS_A_MINUTE });

const photographs: ModelSpec = modelOf({
  family: 'resnet-rs',
  depth: 26,
  block: 'bottleneck',
  resolution: 36,
  channels: 3,
  seRatio: 0.25,
  resnetD: true,
});

/** A network after a few steps on noise, so that no norm is what it started as; its evaluation, and its state. */
async function trained(model: ModelSpec, recipe: RecipeSpec) {
  const network = buildNetwork(model);
  const batch = 8;
  const trainer = await openOnnxTrainer({ network, recipe, batch, seed: 3, device: 'cpu', threads: 1 });
  const size = model.channels * model.resolution ** 2;
  const draw = random(1, 'noise');
  const noise = (count: number): Float32Array => Float32Array.from({ length: count * size }, () => draw.normal());
  for (let step = 0; step < 3; step++) {
    const labels = Int32Array.from({ length: batch }, (_, i) => i % model.classes);
    await trainer.step({ images: noise(batch), labels }, { learningRate: 0.05, emaDecay: 0.5, statDecay: 0.5 });
  }
  const images = noise(trainer.evaluationBatch);
  const logits = (await trainer.evaluate(images)).slice();
  const state = await trainer.state();
  await trainer.close();
  return { network, images, size, logits, state };
}

async function infer(model: Uint8Array, images: Float32Array, dims: readonly number[]): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(model);
  const { logits } = await session.run({ image: new ort.Tensor('float32', images, dims) });
  await session.release();
  return logits!.data as Float32Array;
}

describe('an exported network', () => {
  it.each<[string, ModelSpec, RecipeSpec]>([
    ['small images, weights of the last step', modelOf(), recipeOf()],
    ['small images, a moving average', modelOf({ seRatio: 0.25 }), recipeOf({ emaDecay: 0.5 })],
    ['photographs, max pool and odd sizes', { ...photographs, stemPool: 'max' }, recipeOf()],
    ['photographs, strided stem', { ...photographs, stemPool: 'conv' }, recipeOf()],
  ])('gives the logits of the evaluation, whatever the batch: %s', async (_, model, recipe) => {
    const { network, images, size, logits, state } = await trained(model, recipe);
    const file = buildInferenceModel(network, state.get('ema') ?? state.get('params')!, state.get('stats')!, {});
    for (const count of [1, 5]) {
      const dims = [count, model.channels, model.resolution, model.resolution];
      const seen = await infer(file, images.subarray(0, count * size), dims);
      const largest = Math.max(...logits.map(Math.abs));
      seen.forEach((value, i) => expect(Math.abs(value - logits[i]!)).toBeLessThan(1e-4 * largest));
    }
  });

  it('has every norm folded, and none of the parameters touched that it was made from', () => {
    const network = buildNetwork(photographs);
    const norms = network.nodes.filter(({ op }) => op.kind === 'norm');
    const sum = (shapes: readonly (readonly number[])[]): number =>
      shapes.reduce((total, shape) => total + shape.reduce((a, b) => a * b, 1), 0);
    const params = new Float32Array(sum(network.nodes.flatMap((node) => node.params.map(({ shape }) => shape)))).fill(
      0.5,
    );
    const stats = new Float32Array(sum(norms.map(({ shape }) => [2, shape.channels]))).fill(0.25);
    const { folded, tensors } = foldNorms(network, params, stats);
    expect([...folded]).toEqual(norms.map(({ name }) => name));
    expect([...tensors.keys()].filter((name) => /\.(scale|shift|mean|variance)$/.test(name))).toEqual([]);
    expect(params.every((value) => value === 0.5)).toBe(true);
  });
});
