import { expect, it, vi } from 'vitest';
import { buildNetwork } from '../../../models/index.ts';
import { makeTensorflowTrainer } from '../../../worker/engines/tensorflow/tensorflow-trainer.ts';
import type { Batch } from '../../../worker/training/trainer.ts';
import { fullRecipe, modelOf } from '../../fixtures/trial.ts';
import { library, openTensorflowTrainer } from './open.ts';
import { TRAINS_A_MINUTE } from '../../support/time-outs.ts';

vi.setConfig({ testTimeout: TRAINS_A_MINUTE, hookTimeout: TRAINS_A_MINUTE });

const { tf } = library;
const BATCH = 2;
const RATES = { learningRate: 0.01, emaDecay: 0.9, statDecay: 0.9 };

const network = buildNetwork(modelOf({ baseWidth: 2, resolution: 4, seRatio: 0.5 }));
const options = { network, recipe: fullRecipe, batch: BATCH, seed: 1, device: 'cpu', threads: 1 };

function batchFor(trainer: { dropoutFeatures: number; dropPathShares: readonly number[] }): Batch {
  return {
    images: Float32Array.from({ length: BATCH * 16 }, (_, i) => Math.sin(i)),
    labels: Int32Array.from({ length: BATCH }, (_, i) => i),
    dropout: new Float32Array(BATCH * trainer.dropoutFeatures).fill(1),
    dropPath: new Float32Array(BATCH * trainer.dropPathShares.length).fill(1),
  };
}

it.each([
  ['whole', BATCH],
  ['in micro-batches', 1],
])(
  'holds as many tensors and bytes after 100 steps as after one, and none when closed: batches %s',
  async (_, size) => {
    const before = tf.memory();
    const trainer = await openTensorflowTrainer({ ...options, microBatch: size });
    const batch = batchFor(trainer);
    const few = batch.images.subarray(0, trainer.evaluationBatch * 16);
    await trainer.step(batch, RATES);
    await trainer.evaluate(few);
    trainer.restore(new Map([...(await trainer.state())].map(([name, values]) => [name, values.slice()])));
    const { numTensors, numBytes } = tf.memory();
    for (let step = 0; step < 100; step++) await trainer.step(batch, RATES);
    await trainer.evaluate(few);
    trainer.restore(new Map([...(await trainer.state())].map(([name, values]) => [name, values.slice()])));
    expect(tf.memory()).toMatchObject({ numTensors, numBytes });
    expect(numTensors).toBeGreaterThan(before.numTensors);
    await trainer.close();
    expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes });
  },
);

it.each(['logSoftmax', 'sigmoid', 'stack'] as const)(
  'gives back what a step had taken when it runs out of memory in %s, and says so',
  async (operation) => {
    const trainer = await openTensorflowTrainer(options);
    const batch = batchFor(trainer);
    await trainer.step(batch, RATES);
    const { numTensors, numBytes } = tf.memory();
    const failing = new Proxy(tf, {
      get: (target, name) =>
        name === operation
          ? () => {
              throw new Error('OOM when allocating tensor with shape[64,64,112,112] and type float');
            }
          : (Reflect.get(target, name) as unknown),
    });
    const unlucky = makeTensorflowTrainer({ tf: failing, network, recipe: fullRecipe, batch: BATCH, seed: 1 });
    await expect(unlucky.step(batch, RATES)).rejects.toMatchObject({ code: 'OUT_OF_MEMORY' });
    expect(() => unlucky.state()).toThrow(/failed half-way/);
    await unlucky.close();
    expect(tf.memory()).toMatchObject({ numTensors, numBytes });
    await trainer.step(batch, RATES);
    await trainer.close();
  },
);
