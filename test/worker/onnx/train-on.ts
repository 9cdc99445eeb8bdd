/**
 * Trains the same five steps on several devices in one process and prints what came out as JSON. Started by
 * webgpu.slow.test.ts with the environment that a driver needs: `tsx train-on.ts webgpu:0 cpu`.
 */
import { random, type ModelSpec } from '../../../contract/index.ts';
import { buildNetwork } from '../../../models/index.ts';
import { openOnnxTrainer, type OnnxTrainer } from '../../../worker/engines/onnx/onnx-trainer.ts';
import { dropoutMask, dropPathMask } from '../../../worker/loader/dropout.ts';
import { everything, smallNetwork } from './exercise.ts';

/** Odd sides, SE and ResNet-D: pools, gates and both kinds of convolution. */
const spec: ModelSpec = { ...smallNetwork, baseWidth: 8, resolution: 9, resnetD: true, seRatio: 0.25 };
const network = buildNetwork(spec);
const { batchSize, dropout, stochasticDepth } = everything;
const STEPS = 5;

async function steps(trainer: OnnxTrainer, from: number, to: number): Promise<number[]> {
  const losses: number[] = [];
  for (let step = from; step < to; step++) {
    const draw = random(step, 'images');
    const batch = {
      images: Float32Array.from({ length: batchSize * spec.channels * spec.resolution ** 2 }, () => draw.normal()),
      labels: Int32Array.from({ length: batchSize }, () => draw.below(spec.classes)),
      dropout: new Float32Array(batchSize * trainer.dropoutFeatures),
      dropPath: new Float32Array(batchSize * trainer.dropPathShares.length),
    };
    dropoutMask(batch.dropout, dropout, 1, step);
    dropPathMask(batch.dropPath, trainer.dropPathShares, stochasticDepth, 1, step);
    const { loss } = await trainer.step(batch, { learningRate: 0.05, emaDecay: 0.9, statDecay: 0.5 });
    losses.push(loss);
  }
  return losses;
}

const numbers = (state: ReadonlyMap<string, Float32Array>): Record<string, number[]> =>
  Object.fromEntries([...state].map(([name, values]) => [name, [...values]]));

for (const device of process.argv.slice(2)) {
  const options = { network, recipe: everything, batch: batchSize, seed: 1, device, threads: 1 };
  const trainer = await openOnnxTrainer(options);
  try {
    const start = await trainer.state();
    const losses = await steps(trainer, 0, STEPS);
    const state = numbers(await trainer.state());
    const images = new Float32Array(trainer.evaluationBatch * spec.channels * spec.resolution ** 2).fill(0.5);
    const logits = Array.from((await trainer.evaluate(images)).subarray(0, spec.classes));
    // The same with the state brought to the host, and taken back, on the way.
    trainer.restore(start);
    const before = await steps(trainer, 0, 2);
    trainer.restore(await trainer.state());
    const again = { losses: [...before, ...(await steps(trainer, 2, STEPS))], state: numbers(await trainer.state()) };
    const { layout } = trainer.choice.lowering;
    process.stdout.write(`${JSON.stringify({ device, layout, losses, state, logits, again })}\n`);
  } finally {
    await trainer.close();
  }
}
