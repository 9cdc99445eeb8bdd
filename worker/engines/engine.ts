import type { Trial, TrialResult, WorkerEvent } from '../../contract/index.ts';
import type { CheckpointStore } from '../storage/checkpoints.ts';
import type { TrainedWeights } from '../storage/weights.ts';

type WithoutHead<E> = E extends WorkerEvent ? Omit<E, 'v' | 'trial' | 'attempt'> : never;
/** An event without its version, trial and attempt: the worker adds those. */
export type EventBody = WithoutHead<WorkerEvent>;

/** What an engine is given to execute one attempt. */
export interface TrialContext {
  readonly device: string;
  /** Threads that the engine may use. */
  readonly threads: number;
  /**
   * Images to hold at one time, where an earlier attempt with more of them ran out of memory: a divisor of the batch, over
   * whose micro-batches gradients are accumulated. @defaultValue the whole batch
   */
  readonly microBatch?: number | undefined;
  /** Sends an event to the orchestrator. Never blocks, never throws. */
  readonly emit: (event: EventBody) => void;
  /** Aborted when the trial must stop: save a checkpoint, then throw a `ScalesweepError` with code `INTERRUPTED`. */
  readonly signal: AbortSignal;
  readonly checkpoints: CheckpointStore;
  /** Keeps what a finished trial has learned. Left out where nobody wants it (benchmarks). */
  readonly keepWeights?: ((weights: TrainedWeights) => Promise<void>) | undefined;
}

/** Executes trials. Emits `started`, `progress`, `epoch` and `checkpoint`; the worker emits `done` and `failed`. */
export interface Engine {
  readonly name: string;
  /**
   * @throws {ScalesweepError} `INTERRUPTED`, `TRIAL_DIVERGED`, `OUT_OF_MEMORY`, `DATASET_*`, `MODEL_UNBUILDABLE`,
   * `CHECKPOINT_MISMATCH` or `DEVICE_UNAVAILABLE`; anything else that it throws is a crash of the trial.
   */
  run(trial: Trial, context: TrialContext): Promise<TrialResult>;
  /** Frees what outlives a trial (sessions, mapped datasets). */
  close(): Promise<void>;
}
