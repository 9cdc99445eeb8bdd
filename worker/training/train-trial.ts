import { createHash } from 'node:crypto';
import {
  ScalesweepError,
  type EpochMetrics,
  type RecipeSpec,
  type Trial,
  type TrialResult,
} from '../../contract/index.ts';
import type { Dataset } from '../data/index.ts';
import type { TrialContext } from '../engines/engine.ts';
import { directLoader, type BatchStream, type DataLoader } from '../loader/index.ts';
import { returnMemory } from '../process/return-memory.ts';
import { yieldToEventLoop } from '../process/yield-to-event-loop.ts';
import { batchesFrom } from './batches-from.ts';
import { evaluateSplit } from './evaluate.ts';
import { peakMemory, restartPeak } from './peak-memory.ts';
import { newProgress, readProgress, writeProgress, type Progress } from './progress.ts';
import { decaysAt, learningRateAt, stepsOf, type Steps } from './schedule.ts';
import { copyOf, type Batch, type StepRates, type StepResult, type Trainer } from './trainer.ts';

/** At least every epoch and every 30 s, so that a kill costs little. */
const CHECKPOINT_MS = 30_000;
const PROGRESS_MS = 1_000;

export interface Training {
  /** The engine that the trainer belongs to. */
  readonly trial: Trial;
  readonly context: TrialContext;
  readonly dataset: Dataset;
  readonly trainer: Trainer;
  readonly environment: Readonly<Record<string, string>>;
  /** For the attempt's record: how dataset and trainer were prepared. */
  readonly notes?: readonly string[];
  /** Fills the batches; by default this thread does, when it needs them. */
  readonly loader?: DataLoader;
}

/**
 * Trains and evaluates one trial. Every draw comes from the trial's seed and the step's number, so a resumed training
 * is bit-identical to one that was never interrupted.
 *
 * @throws {ScalesweepError} `INTERRUPTED` (a checkpoint is saved), `TRIAL_DIVERGED`, `CHECKPOINT_MISMATCH`
 */
export async function trainTrial(training: Training): Promise<TrialResult> {
  await returnMemory();
  restartPeak();
  const { trial, dataset } = training;
  const steps = stepsOf(trial.spec.recipe, dataset.train.count, trial.spec.epochs);
  const progress = await resume(training, steps);
  const stream = openStream(training, steps, progress);
  try {
    const run = new Run(training, steps, progress, stream);
    while (progress.epochs.length < trial.spec.epochs) await run.epoch();
    return await run.finish();
  } finally {
    stream.close();
  }
}

function openStream(
  { trial, dataset, trainer, loader = directLoader }: Training,
  steps: Steps,
  from: Progress,
): BatchStream {
  const { recipe, epochs, seed } = trial.spec;
  const { dropoutFeatures, dropPathShares, evaluationBatch } = trainer;
  const plan = { recipe, seed, trainBatch: steps.batch, evaluationBatch, dropoutFeatures, dropPathShares };
  return loader.open(dataset, plan, batchesFrom(from, { dataset, steps, epochs, evaluationBatch }));
}

async function resume({ trial, context, trainer, environment, notes = [] }: Training, steps: Steps): Promise<Progress> {
  const { checkpoint, passedOver } = await context.checkpoints.load();
  let progress = newProgress();
  if (checkpoint !== undefined) {
    trainer.restore(checkpoint.tensors);
    progress = readProgress(checkpoint);
  }
  const told = [...notes, ...passedOver];
  context.emit({
    type: 'started',
    engine: trial.spec.engine.name,
    device: context.device,
    pid: process.pid,
    resumedFromStep: progress.step,
    totalSteps: steps.total,
    environment: { ...environment },
    ...(told.length > 0 ? { note: told.join('; ') } : {}),
  });
  // The orchestrator may have died before it stored them; storing an epoch twice is harmless.
  for (const metrics of progress.epochs) context.emit({ type: 'epoch', metrics });
  return progress;
}

/** One attempt, from its progress on. */
class Run {
  readonly #training: Training;
  readonly #steps: Steps;
  readonly #progress: Progress;
  readonly #stream: BatchStream;
  readonly #stepMs: number[] = [];
  /** When the seconds of the running epoch were last added up. */
  #clock = performance.now();
  #lastCheckpoint = performance.now();
  #lastProgress = 0;

  constructor(training: Training, steps: Steps, progress: Progress, stream: BatchStream) {
    this.#training = training;
    this.#steps = steps;
    this.#progress = progress;
    this.#stream = stream;
  }

  /** The rest of the current epoch, its evaluation and its checkpoint. */
  async epoch(): Promise<void> {
    const { context, trainer, dataset } = this.#training;
    const progress = this.#progress;
    const epoch = progress.epochs.length;
    while (progress.step < (epoch + 1) * this.#steps.perEpoch) {
      await this.#step(epoch);
      if (performance.now() - this.#lastCheckpoint > CHECKPOINT_MS) await this.#checkpoint();
      await this.#pause();
    }
    const minival = await evaluateSplit(trainer, dataset, 'minival', this.#stream, () => this.#pause());
    this.#countSeconds();
    const seen = this.#steps.perEpoch * this.#steps.batch;
    const metrics: EpochMetrics = {
      epoch: epoch + 1,
      step: progress.step,
      learningRate: learningRateAt(this.#recipe, this.#steps, progress.step - 1),
      trainLoss: progress.lossSum / this.#steps.perEpoch,
      trainTop1: progress.correct / seen,
      minivalLoss: minival.loss,
      minivalTop1: minival.top1,
      seconds: progress.epochSeconds,
    };
    progress.epochs.push(metrics);
    Object.assign(progress, { lossSum: 0, correct: 0, epochSeconds: 0 });
    context.emit({ type: 'epoch', metrics });
    await this.#checkpoint();
  }

  async finish(): Promise<TrialResult> {
    const { trainer, dataset } = this.#training;
    const test = await evaluateSplit(trainer, dataset, 'test', this.#stream, () => this.#pause());
    this.#countSeconds();
    const last = this.#progress.epochs.at(-1)!;
    const state = await trainer.state();
    const weightsDigest = digest(state);
    await this.#keepWeights(state, weightsDigest);
    const times = this.#stepMs.toSorted((a, b) => a - b);
    return {
      minivalTop1: last.minivalTop1,
      minivalLoss: last.minivalLoss,
      testTop1: test.top1,
      testLoss: test.loss,
      trainTop1: last.trainTop1,
      trainLoss: last.trainLoss,
      seconds: this.#progress.epochs.reduce((sum, { seconds }) => sum + seconds, this.#progress.epochSeconds),
      trainSeconds: this.#progress.trainSeconds,
      stepMs: times[Math.floor(times.length / 2)] ?? null,
      peakBytes: peakMemory(),
      weightsDigest,
    };
  }

  /** What was evaluated: the moving average of the weights where the recipe has one. */
  async #keepWeights(state: ReadonlyMap<string, Float32Array>, weightsDigest: string): Promise<void> {
    const { context, trial, dataset } = this.#training;
    const params = state.get('ema') ?? state.get('params');
    const stats = state.get('stats');
    if (params === undefined || stats === undefined) return;
    const { mean, std, classNames } = dataset;
    const average = state.has('ema');
    await context.keepWeights?.({
      trial: trial.id,
      digest: weightsDigest,
      average,
      mean,
      std,
      classNames,
      params,
      stats,
    });
  }

  get #recipe(): RecipeSpec {
    return this.#training.trial.spec.recipe;
  }

  /** One step, or as many of this epoch as the trainer takes at once. */
  async #step(epoch: number): Promise<void> {
    const { trainer } = this.#training;
    const progress = this.#progress;
    const left = (epoch + 1) * this.#steps.perEpoch - progress.step;
    const results = await this.#run(Math.min(left, trainer.several?.atMost ?? 1));
    for (const { loss, correct } of results) {
      progress.step++;
      if (!Number.isFinite(loss)) {
        throw new ScalesweepError('TRIAL_DIVERGED', `Training diverged: the loss of step ${progress.step} is ${loss}`, {
          hint: 'Lower the learning rate or lengthen the warm-up.',
        });
      }
      progress.lossSum += loss;
      progress.correct += correct;
    }
    this.#report(epoch, results.at(-1)!.loss);
  }

  /** The next steps, in one call. */
  async #run(count: number): Promise<StepResult[]> {
    const { trainer } = this.#training;
    const batches: Batch[] = [];
    while (batches.length < count) {
      const batch = await this.#stream.next();
      // A stream's arrays are valid until its next batch.
      batches.push(count === 1 ? batch : copyOf(batch));
    }
    const rates = batches.map((_, i) => this.#ratesAt(this.#progress.step + i));
    const began = performance.now();
    const results =
      count === 1 ? [await trainer.step(batches[0]!, rates[0]!)] : await trainer.several!.step(batches, rates);
    const ms = performance.now() - began;
    if (this.#progress.trainSeconds !== null) this.#progress.trainSeconds += ms / 1000;
    for (let i = 0; i < count; i++) this.#stepMs.push(ms / count);
    return results;
  }

  #ratesAt(step: number): StepRates {
    const { ema, stat } = decaysAt(this.#recipe, step);
    return { learningRate: learningRateAt(this.#recipe, this.#steps, step), emaDecay: ema, statDecay: stat };
  }

  #report(epoch: number, loss: number): void {
    const now = performance.now();
    if (now - this.#lastProgress < PROGRESS_MS) return;
    this.#lastProgress = now;
    const { step } = this.#progress;
    this.#training.context.emit({ type: 'progress', epoch, step, totalSteps: this.#steps.total, loss });
  }

  async #checkpoint(): Promise<void> {
    const { context, trainer } = this.#training;
    this.#countSeconds();
    const bytes = await context.checkpoints.save(writeProgress(this.#progress, await trainer.state()));
    this.#lastCheckpoint = performance.now();
    context.emit({ type: 'checkpoint', step: this.#progress.step, bytes });
  }

  #countSeconds(): void {
    const now = performance.now();
    this.#progress.epochSeconds += (now - this.#clock) / 1000;
    this.#clock = now;
  }

  /** Lets messages in: a step blocks the thread from start to end. */
  async #pause(): Promise<void> {
    await yieldToEventLoop();
    if (!this.#training.context.signal.aborted) return;
    await this.#checkpoint();
    throw new ScalesweepError(
      'INTERRUPTED',
      `Stopped after step ${this.#progress.step} of ${this.#steps.total}; its state is saved`,
    );
  }
}

function digest(state: ReadonlyMap<string, Float32Array>): string {
  const hash = createHash('sha256');
  for (const [name, values] of state)
    hash.update(name).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return hash.digest('hex');
}
