import { describe, expect, it, vi } from 'vitest';
import { ScalesweepError, type Trial, type TrialResult } from '../../../contract/index.ts';
import { buildNetwork } from '../../../models/index.ts';
import type { Checkpoint, CheckpointStore } from '../../../worker/storage/checkpoints.ts';
import type { EventBody } from '../../../worker/engines/engine.ts';
import { openOnnxTrainer } from '../../../worker/engines/onnx/onnx-trainer.ts';
import { PrefetchingLoader, type DataLoader } from '../../../worker/loader/index.ts';
import { stepsOf } from '../../../worker/training/schedule.ts';
import { trainTrial } from '../../../worker/training/train-trial.ts';
import { tinyDataset } from '../../fixtures/dataset.ts';
import { fullRecipe, recipeOf, tinyTrial } from '../../fixtures/trial.ts';
import { TRAINS_A_MINUTE } from '../../support/time-outs.ts';

vi.setConfig({ testTimeout: TRAINS_A_MINUTE, hookTimeout: TRAINS_A_MINUTE });

/** Keeps the newest checkpoint as bytes would: a copy, through JSON. */
function memoryCheckpoints(): CheckpointStore & { readonly saved: number[] } {
  let newest: Checkpoint | undefined;
  const saved: number[] = [];
  return {
    folder: 'nowhere',
    saved,
    save: ({ step, tensors, meta }) => {
      saved.push(step);
      const copied = new Map([...tensors].map(([name, values]) => [name, values.slice()]));
      newest = { step, tensors: copied, meta: JSON.parse(JSON.stringify(meta)) as Record<string, unknown> };
      return Promise.resolve(1);
    },
    load: () => Promise.resolve({ checkpoint: newest, passedOver: [] }),
    clear: () => Promise.resolve(void (newest = undefined)),
  };
}

interface Attempt {
  readonly trial: Trial;
  readonly checkpoints: CheckpointStore;
  readonly events?: EventBody[];
  /** Aborts once this many steps are done. */
  readonly stopAfter?: number;
  readonly loader?: DataLoader;
  /** Images at a time. @defaultValue the whole batch */
  readonly microBatch?: number;
  /** Fails at this step, counted from 1 in this attempt. */
  readonly failAt?: number;
}

async function attempt(options: Attempt): Promise<TrialResult> {
  const { trial, checkpoints, events = [], stopAfter = Infinity, failAt = Infinity, loader } = options;
  const dataset = tinyDataset();
  const { model, recipe, epochs, seed } = trial.spec;
  const { batch } = stepsOf(recipe, dataset.train.count, epochs);
  const network = buildNetwork(model);
  const { microBatch = batch } = options;
  const trainer = await openOnnxTrainer({ network, recipe, batch, microBatch, seed, device: 'cpu', threads: 1 });
  const stop = new AbortController();
  let steps = 0;
  const counted: typeof trainer = Object.create(trainer, {
    step: {
      value: async (...args: Parameters<typeof trainer.step>) => {
        if (++steps === stopAfter) stop.abort();
        const [batch, rates] = args;
        // Too few labels: ONNX Runtime refuses to run.
        return trainer.step(steps === failAt ? { ...batch, labels: batch.labels.subarray(1) } : batch, rates);
      },
    },
    evaluate: { value: (images: Float32Array) => trainer.evaluate(images) },
    state: { value: () => trainer.state() },
    restore: { value: (state: ReadonlyMap<string, Float32Array>) => trainer.restore(state) },
  }) as typeof trainer;
  try {
    const context = {
      device: 'cpu',
      threads: 1,
      emit: (event: EventBody) => void events.push(event),
      signal: stop.signal,
      checkpoints,
    };
    const given = loader === undefined ? {} : { loader };
    return await trainTrial({ trial, context, dataset, trainer: counted, environment: {}, ...given });
  } finally {
    await trainer.close();
  }
}

/** Everything but times and memory. */
const numbers = ({ seconds: _s, trainSeconds: _t, stepMs: _m, peakBytes: _p, ...rest }: TrialResult) => rest;

describe('trainTrial', () => {
  it('learns', async () => {
    const trial = tinyTrial({ recipe: recipeOf({ learningRate: 0.1 }), epochs: 8 });
    const result = await attempt({ trial, checkpoints: memoryCheckpoints() });
    expect(result.minivalTop1).toBeGreaterThan(0.8);
    expect(result.testTop1).toBeGreaterThan(0.8);
  });

  it('gives the same numbers to the last bit when run again, and others for another seed', async () => {
    const first = await attempt({ trial: tinyTrial(), checkpoints: memoryCheckpoints() });
    const again = await attempt({ trial: tinyTrial(), checkpoints: memoryCheckpoints() });
    const other = await attempt({ trial: tinyTrial({ seed: 6 }), checkpoints: memoryCheckpoints() });
    expect(numbers(again)).toEqual(numbers(first));
    expect(other.weightsDigest).not.toBe(first.weightsDigest);
  });

  it.each([1, 3, 5, 6, 14])('gives the same numbers when stopped after step %i and resumed', async (stopAfter) => {
    const undisturbed: EventBody[] = [];
    const whole = await attempt({ trial: tinyTrial(), checkpoints: memoryCheckpoints(), events: undisturbed });
    const checkpoints = memoryCheckpoints();
    await expect(attempt({ trial: tinyTrial(), checkpoints, stopAfter })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
    expect(checkpoints.saved.at(-1)).toBe(stopAfter);
    const events: EventBody[] = [];
    const resumed = await attempt({ trial: tinyTrial(), checkpoints, events });
    expect(numbers(resumed)).toEqual(numbers(whole));
    expect(events[0]).toMatchObject({ type: 'started', resumedFromStep: stopAfter });
    const curve = (all: EventBody[]) =>
      all.flatMap((event) => (event.type === 'epoch' ? [{ ...event.metrics, seconds: 0 }] : []));
    expect(curve(events)).toEqual(curve(undisturbed));
  });

  it('gives the same numbers with batches of a thread, stopped in the middle of an epoch or not', async () => {
    const whole = await attempt({ trial: tinyTrial(), checkpoints: memoryCheckpoints() });
    const loader = new PrefetchingLoader();
    try {
      expect(numbers(await attempt({ trial: tinyTrial(), checkpoints: memoryCheckpoints(), loader }))).toEqual(
        numbers(whole),
      );
      const checkpoints = memoryCheckpoints();
      for (const stopAfter of [3, 4]) {
        const stopped = attempt({ trial: tinyTrial(), checkpoints, stopAfter, loader });
        await expect(stopped).rejects.toMatchObject({ code: 'INTERRUPTED' });
      }
      expect(checkpoints.saved.at(-1)).toBe(7);
      expect(numbers(await attempt({ trial: tinyTrial(), checkpoints, loader }))).toEqual(numbers(whole));
    } finally {
      await loader.close();
    }
  });

  it('gives the same numbers when stopped and resumed with micro-batches, and others than without', async () => {
    const trial = tinyTrial();
    const whole = await attempt({ trial, checkpoints: memoryCheckpoints(), microBatch: 4 });
    const checkpoints = memoryCheckpoints();
    await expect(attempt({ trial, checkpoints, microBatch: 4, stopAfter: 7 })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
    const resumed = await attempt({ trial, checkpoints, microBatch: 4 });
    expect(numbers(resumed)).toEqual(numbers(whole));
    const unsplit = await attempt({ trial, checkpoints: memoryCheckpoints() });
    expect(unsplit.weightsDigest).not.toBe(whole.weightsDigest);
  });

  it('continues with micro-batches from the checkpoint of a training without', async () => {
    const trial = tinyTrial();
    const checkpoints = memoryCheckpoints();
    await expect(attempt({ trial, checkpoints, stopAfter: 7 })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    const events: EventBody[] = [];
    await attempt({ trial, checkpoints, events, microBatch: 4 });
    expect(events[0]).toMatchObject({ type: 'started', resumedFromStep: 7 });
    expect(checkpoints.saved).toEqual([5, 7, 10, 15]);
  });

  it.each([8, 4])(
    'saves nothing after a step that failed (%i images at a time), and continues from before',
    async (microBatch) => {
      const trial = tinyTrial();
      const checkpoints = memoryCheckpoints();
      const stopping = attempt({ trial, checkpoints, microBatch, failAt: 8, stopAfter: 8 });
      // Asked to stop in that very step: even then there is nothing to save.
      await expect(stopping).rejects.not.toMatchObject({ code: 'INTERRUPTED' });
      expect(checkpoints.saved).toEqual([5]);
      const resumed = await attempt({ trial, checkpoints, microBatch });
      const whole = await attempt({ trial, checkpoints: memoryCheckpoints(), microBatch });
      expect(numbers(resumed)).toEqual(numbers(whole));
    },
  );

  it('counts the time in steps over all attempts, and says nothing of it after a checkpoint that does not', async () => {
    const stopped = async (): Promise<ReturnType<typeof memoryCheckpoints>> => {
      const checkpoints = memoryCheckpoints();
      await expect(attempt({ trial: tinyTrial(), checkpoints, stopAfter: 14 })).rejects.toThrow(
        'Stopped after step 14',
      );
      return checkpoints;
    };
    const resume = async (meta: (saved: Record<string, unknown>) => Record<string, unknown>): Promise<TrialResult> => {
      const checkpoints = await stopped();
      const { checkpoint } = await checkpoints.load();
      await checkpoints.save({ ...checkpoint!, meta: meta(checkpoint!.meta) });
      return attempt({ trial: tinyTrial(), checkpoints });
    };
    const later = await resume((saved) => ({ ...saved, trainSeconds: (saved.trainSeconds as number) + 1000 }));
    expect(later.trainSeconds).toBeGreaterThan(1000);
    const { trainSeconds, seconds } = await resume((saved) => saved);
    expect(trainSeconds).toBeGreaterThan(0);
    expect(trainSeconds).toBeLessThan(seconds);
    const silent = await resume(({ trainSeconds: _s, ...saved }) => saved);
    expect(silent.trainSeconds).toBeNull();
  });

  it('saves a checkpoint at the end of every epoch', async () => {
    const checkpoints = memoryCheckpoints();
    await attempt({ trial: tinyTrial(), checkpoints });
    expect(checkpoints.saved).toEqual([5, 10, 15]);
  });

  it('ends with the step at which the loss stopped being a number', async () => {
    const trial = tinyTrial({ recipe: { ...fullRecipe, learningRate: 1e30, warmupEpochs: 0 } });
    const failed = attempt({ trial, checkpoints: memoryCheckpoints() });
    await expect(failed).rejects.toThrow(ScalesweepError);
    await expect(failed).rejects.toMatchObject({
      code: 'TRIAL_DIVERGED',
      message: expect.stringMatching(/step \d+ is (NaN|-?Infinity)/),
    });
  });

  it('refuses the checkpoint of another network', async () => {
    const checkpoints = memoryCheckpoints();
    await checkpoints.save({ step: 5, tensors: new Map([['params', new Float32Array(3)]]), meta: {} });
    await expect(attempt({ trial: tinyTrial(), checkpoints })).rejects.toMatchObject({ code: 'CHECKPOINT_MISMATCH' });
  });
});
