import { appendFileSync } from 'node:fs';
import { setImmediate as yieldToMessages, setTimeout as sleep } from 'node:timers/promises';
import {
  epochMetrics,
  ScalesweepError,
  type EpochMetrics,
  type Trial,
  type TrialResult,
} from '../../../contract/index.ts';
import { describeEnvironment } from '../../process/environment.ts';
import type { Checkpoint } from '../../storage/checkpoints.ts';
import { effectiveBatch } from '../../training/micro-batch.ts';
import type { Engine, TrialContext } from '../engine.ts';
import { residentMemory } from '../../process/resident-memory.ts';
import { doesMisbehave, misbehave } from './misbehave.ts';
import { type NoopOptions } from './options.ts';
import { noopTop1 } from './surface.ts';
import { makeNoopTraining } from './training.ts';

export { noopOptionsFromEnvironment, type NoopOptions } from './options.ts';

const PROGRESS_EVERY_MS = 250;

/**
 * Trains nothing: goes through all that a trial goes through, for tests, for benchmarks of everything but the training,
 * and for trying a grid out. With `stepsPerEpoch` it has steps, state and checkpoints like a true engine.
 */
export function makeNoopEngine(options: NoopOptions): Engine {
  const environment = describeEnvironment();
  return {
    name: 'noop',
    close: async () => undefined,
    run: async (trial, context) => {
      const began = performance.now();
      if (options.startMs > 0) await sleepUnlessStopped(options.startMs, context.signal);
      const batch = effectiveBatch(trial.spec);
      const batchNormBatch = context.microBatch ?? batch;
      const { checkpoint, passedOver } = options.stepsPerEpoch > 0 ? await context.checkpoints.load() : NO_CHECKPOINT;
      context.emit({
        type: 'started',
        engine: 'noop',
        device: context.device,
        pid: process.pid,
        resumedFromStep: checkpoint?.step ?? 0,
        totalSteps: options.stepsPerEpoch * trial.spec.epochs,
        environment: { ...environment, effectiveBatch: String(batch), batchNormBatch: String(batchNormBatch) },
        ...(passedOver.length === 0 ? {} : { note: `passed over: ${passedOver.join('; ')}` }),
      });
      const misbehaves = options.fault !== undefined && doesMisbehave(options.fault, trial.id, batchNormBatch);
      // Without steps there is no middle to fail in.
      if (misbehaves && options.stepsPerEpoch === 0) await misbehave(options.fault!.kind, 0);
      const digest =
        options.stepsPerEpoch === 0
          ? skipThrough(trial, context)
          : await stepThrough(trial, context, options, checkpoint, misbehaves);
      if (options.sleepMs > 0) await sleepUnlessStopped(options.sleepMs, context.signal);
      return resultOf(trial, digest, (performance.now() - began) / 1000);
    },
  };
}

const NO_CHECKPOINT: { checkpoint: Checkpoint | undefined; passedOver: string[] } = {
  checkpoint: undefined,
  passedOver: [],
};

function skipThrough(trial: Trial, { emit }: TrialContext): null {
  for (let epoch = 1; epoch <= trial.spec.epochs; epoch++)
    emit({ type: 'epoch', metrics: metricsOf(trial, epoch, epoch, 0) });
  return null;
}

async function stepThrough(
  trial: Trial,
  { emit, signal, checkpoints }: TrialContext,
  options: NoopOptions,
  restored: Checkpoint | undefined,
  misbehaves: boolean,
): Promise<string> {
  const { stepsPerEpoch, stepMs, checkpointEverySteps } = options;
  const totalSteps = stepsPerEpoch * trial.spec.epochs;
  const training = makeNoopTraining(trial.spec.seed, restored?.tensors.get('weights')?.slice());
  const finished = epochMetrics.array().parse(restored?.meta['epochs'] ?? []);
  // Sent again: the orchestrator that received them may have died before it stored them.
  for (const metrics of finished) emit({ type: 'epoch', metrics });
  const save = async (step: number): Promise<void> => {
    const bytes = await checkpoints.save({
      step,
      tensors: new Map([['weights', training.weights]]),
      meta: { epochs: finished },
    });
    emit({ type: 'checkpoint', step, bytes });
  };
  let lastProgress = performance.now();
  let epochBegan = lastProgress;
  for (let step = restored?.step ?? 0; step < totalSteps; step++) {
    if (signal.aborted) {
      await save(step);
      throw interrupted(step);
    }
    if (misbehaves && step === Math.floor(totalSteps / 2)) await misbehave(options.fault!.kind, step);
    training.advance(step);
    if (options.traceFile !== undefined) appendFileSync(options.traceFile, `${trial.id} ${step}\n`);
    await (stepMs > 0 ? sleep(stepMs) : yieldToMessages());
    const done = step + 1;
    const now = performance.now();
    if (now - lastProgress >= PROGRESS_EVERY_MS) {
      lastProgress = now;
      emit({ type: 'progress', epoch: Math.floor(step / stepsPerEpoch), step: done, totalSteps, loss: 1 / done });
    }
    if (done % stepsPerEpoch === 0) {
      const metrics = metricsOf(trial, done / stepsPerEpoch, done, (now - epochBegan) / 1000);
      epochBegan = now;
      finished.push(metrics);
      emit({ type: 'epoch', metrics });
      await save(done);
    } else if (done % checkpointEverySteps === 0) await save(done);
  }
  return training.digest();
}

function metricsOf({ spec }: Trial, epoch: number, step: number, seconds: number): EpochMetrics {
  const trainTop1 = noopTop1(spec, 'train', epoch);
  const minivalTop1 = noopTop1(spec, 'minival', epoch);
  const learningRate = spec.recipe.learningRate * 0.5 * (1 + Math.cos((Math.PI * epoch) / spec.epochs));
  return {
    epoch,
    step,
    learningRate,
    trainTop1,
    minivalTop1,
    seconds,
    trainLoss: lossOf(trainTop1),
    minivalLoss: lossOf(minivalTop1),
  };
}

function resultOf({ spec }: Trial, weightsDigest: string | null, seconds: number): TrialResult {
  const [trainTop1, minivalTop1, testTop1] = (['train', 'minival', 'test'] as const).map((split) =>
    noopTop1(spec, split, spec.epochs),
  );
  return {
    minivalTop1: minivalTop1!,
    minivalLoss: lossOf(minivalTop1!),
    testTop1: testTop1!,
    testLoss: lossOf(testTop1!),
    trainTop1: trainTop1!,
    trainLoss: lossOf(trainTop1!),
    seconds,
    trainSeconds: null,
    stepMs: null,
    peakBytes: residentMemory(),
    weightsDigest,
  };
}

function lossOf(top1: number): number {
  return -Math.log(top1);
}

function interrupted(step: number): ScalesweepError {
  return new ScalesweepError('INTERRUPTED', `Stopped at step ${step}, state saved`);
}

async function sleepUnlessStopped(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (cause) {
    throw new ScalesweepError('INTERRUPTED', 'Stopped while sleeping', { cause });
  }
}
