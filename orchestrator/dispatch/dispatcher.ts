import type { Trial, WorkerEvent } from '../../contract/index.ts';

/** One attempt, ready to be executed somewhere. */
export interface Assignment {
  readonly trial: Trial;
  /** The number that the store gave when the trial was claimed. */
  readonly attempt: number;
  /** Images to hold at one time, where the whole batch was too many. */
  readonly microBatch?: number | undefined;
  /** Predicted wall-clock; decides how much is handed out ahead and how long a silence is borne. */
  readonly predictedSeconds: number;
}

/** A place where an attempt can go now. */
export interface Slot {
  /** Name of the worker, as it is stored with the attempt. */
  readonly worker: string;
  readonly device: string;
}

export interface DispatchHandlers {
  /**
   * Events in the order in which they happened. Each attempt handed out ends with exactly one `done` or `failed`: where the worker
   * can't say so any more, the dispatcher says it for it (`host-lost`, `crash`, `out-of-memory`).
   *
   * `onStored` is called when the store has them all, and not at all if that fails: a worker elsewhere keeps them until then.
   */
  readonly onEvents: (events: readonly WorkerEvent[], worker: string, onStored?: () => void) => void;
  /** There may be room again. */
  readonly onRoom: () => void;
  /** No worker can be had; nothing more will be executed. */
  readonly onBroken: (error: Error) => void;
}

/**
 * Carries attempts to workers and their events back. Knows nothing of the store: who gets which attempt number, what is retried
 * and what is final is decided by the caller. Local processes and a queue in Redis are the two implementations.
 */
export interface Dispatcher {
  /** Workers that can be at work at one time. */
  readonly parallelism: number;
  /** Workers by the names under which their events come; over Redis one may have several devices. */
  readonly workers: number;
  /** What is missing to hand anything out: `a worker of engine onnx`; `undefined` where nothing is known to be. */
  readonly waitsFor?: string | undefined;
  /** Starts workers; resolves without waiting for them. */
  start(handlers: DispatchHandlers): void;
  /** Where an attempt of this predicted length can go now, or `undefined` when all workers have enough. */
  slotFor(predictedSeconds: number): Slot | undefined;
  /** Hands an attempt to a slot got in the same turn of the event loop. */
  hand(slot: Slot, assignment: Assignment): void;
  /** The result of this trial is stored: what was kept for its sake (checkpoints) can go. */
  settled(trial: string): void;
  /**
   * Lets every worker save its state and hand back what it has (`interrupted`); resolves when all have, and all events
   * were delivered. Nothing can be handed out afterwards.
   */
  stop(): Promise<void>;
  /** Ends all workers at once, without saving. Their attempts end as `host-lost`. */
  kill(): void;
  /** Releases everything; resolves when nothing is left behind. Idempotent. */
  close(): Promise<void>;
}
