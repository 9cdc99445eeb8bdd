import { EVENT_VERSION, failedEvent, type Trial, type TrialResult, type WorkerEvent } from '../../contract/index.ts';
import type { CheckpointStore } from '../storage/checkpoints.ts';
import type { Engine, EventBody } from '../engines/engine.ts';
import { failureOf } from './failure.ts';
import { requireNumerics } from './numerics.ts';
import type { TrainedWeights } from '../storage/weights.ts';

interface AttemptOptions {
  readonly trial: Trial;
  /** 1-based number that the store gave this attempt. */
  readonly attempt: number;
  readonly device: string;
  readonly threads: number;
  readonly microBatch?: number | undefined;
  readonly checkpoints: CheckpointStore;
  readonly keepWeights?: (weights: TrainedWeights) => Promise<void>;
  /** Aborted when the attempt must save its state and end. */
  readonly signal: AbortSignal;
  /** Receives the events in order; the last is `done` or `failed`. */
  readonly send: (event: WorkerEvent) => void;
}

/**
 * Executes one attempt. Never rejects: whatever the engine throws becomes a `failed` event of the right kind, so exactly
 * one closing event is sent.
 */
export async function runAttempt(open: () => Promise<Engine>, options: AttemptOptions): Promise<void> {
  const { trial, attempt, device, threads, microBatch, checkpoints, keepWeights, signal } = options;
  let step: number | null = null;
  const emit = (body: EventBody): void => {
    if (body.type === 'started') step = body.resumedFromStep;
    if (body.type === 'progress' || body.type === 'checkpoint') step = body.step;
    if (body.type === 'epoch') step = body.metrics.step;
    options.send({ ...body, v: EVENT_VERSION, trial: trial.id, attempt });
  };
  let result: TrialResult;
  try {
    requireNumerics(trial);
    const engine = await open();
    result = await engine.run(trial, { device, threads, microBatch, emit, signal, checkpoints, keepWeights });
  } catch (error) {
    const { kind, message, logTail } = failureOf(error);
    options.send(failedEvent({ trial: trial.id, attempt }, kind, message, step, { logTail }));
    return;
  }
  emit({ type: 'done', result });
}
