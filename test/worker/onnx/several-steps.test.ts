import { describe, expect, it, vi } from 'vitest';
import { ScalesweepError, type TrialResult } from '../../../contract/index.ts';
import { buildNetwork } from '../../../models/index.ts';
import { storedLayoutOf } from '../../../compiler/parameters/stored-layout.ts';
import { chooseLowering } from '../../../worker/engines/onnx/choose-lowering.ts';
import { onDevice } from '../../../compiler/lowerings/portable/on-device.ts';
import { openOnnxTrainer } from '../../../worker/engines/onnx/onnx-trainer.ts';
import { buildStep } from '../../../compiler/step/step-graph.ts';
import { openSteps, stepsPerCallOn } from '../../../worker/engines/onnx/several-steps.ts';
import { stepsOf } from '../../../worker/training/schedule.ts';
import { trainTrial } from '../../../worker/training/train-trial.ts';
import { exercise, smallNetwork } from './exercise.ts';
import { tinyDataset } from '../../fixtures/dataset.ts';
import { tinyTrial } from '../../fixtures/trial.ts';
import { TRAINS_A_MINUTE } from '../../support/time-outs.ts';

vi.setConfig({ testTimeout: TRAINS_A_MINUTE, hookTimeout: TRAINS_A_MINUTE });

/** Two epochs of five steps, with everything random on. */
async function train(stepsPerCall: number): Promise<{ result: TrialResult; steps: number[]; atMost: number }> {
  const trial = tinyTrial({ epochs: 2 });
  const { model, recipe, epochs, seed } = trial.spec;
  const dataset = tinyDataset();
  const { batch } = stepsOf(recipe, dataset.train.count, epochs);
  const network = buildNetwork(model);
  const choice = { lowering: onDevice, reason: 'test' };
  const trainer = await openOnnxTrainer({
    network,
    recipe,
    batch,
    seed,
    device: 'cpu',
    threads: 1,
    choice,
    stepsPerCall,
  });
  const steps: number[] = [];
  try {
    const checkpoints = {
      folder: '',
      save: async ({ step }: { step: number }) => steps.push(step),
      load: async () => ({ checkpoint: undefined, passedOver: [] }),
      clear: async () => undefined,
    };
    const context = {
      device: 'cpu',
      threads: 1,
      emit: () => undefined,
      signal: new AbortController().signal,
      checkpoints,
    };
    const result = await trainTrial({ trial, context, dataset, trainer, environment: {} });
    return { result, steps, atMost: trainer.several?.atMost ?? 1 };
  } finally {
    await trainer.close();
  }
}

describe('several steps in one call', () => {
  it('give the same numbers to the last bit, however many they are', async () => {
    const { seconds: _s, trainSeconds: _t, stepMs: _m, peakBytes: _p, ...one } = (await train(1)).result;
    for (const wanted of [2, 32]) {
      const { result, steps, atMost } = await train(wanted);
      expect(atMost).toBe(wanted);
      expect(result).toMatchObject(one);
      expect(steps).toEqual([5, 10]);
    }
  });

  it('are as good in the layout of the CPU', async () => {
    const network = buildNetwork(smallNetwork);
    const choice = await chooseLowering(network, 'cpu', 16);
    const single = await exercise(smallNetwork, 3, { choice, steps: 2 });
    expect(await exercise(smallNetwork, 3, { choice, steps: 2, stepsPerCall: 2 })).toEqual(single);
  });

  it('pay on a device whose tensors live on the host, and are bounded by their images', () => {
    const network = buildNetwork(smallNetwork);
    expect(stepsPerCallOn('cpu', network, 128)).toBe(1);
    expect(stepsPerCallOn('webgpu:0', network, 128)).toBe(1);
    expect(stepsPerCallOn('cuda:0', network, 128)).toBe(32);
    const large = buildNetwork({ ...smallNetwork, resolution: 224, channels: 3 });
    expect(stepsPerCallOn('cuda:0', large, 16)).toBe(6);
    expect(stepsPerCallOn('cuda:0', large, 1024)).toBe(1);
  });

  it('are single steps where a device refuses the loop, and no steps where it refuses the step', async () => {
    const session = { run: async () => ({}), close: async () => undefined };
    const refuse = (model: Uint8Array): never => {
      throw new ScalesweepError('DEVICE_UNAVAILABLE', `Expected less than ${model.length} bytes`);
    };
    const network = buildNetwork(smallNetwork);
    const off = { nesterov: false, ema: false, dropout: false, dropPath: false };
    const step = buildStep(network, storedLayoutOf(network, onDevice), onDevice, { batch: 4, ...off });
    const steps = await openSteps(step, 8, async (model) => (model.length > step.length ? refuse(model) : session));
    expect(steps).toMatchObject({ atMost: 1, refused: expect.stringMatching(/^Expected less than/) as string });
    await expect(openSteps(step, 8, async (model) => refuse(model))).rejects.toThrow(/^Expected less than/);
  });
});
