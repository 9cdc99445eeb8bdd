/** What a training has to remember: named float arrays and where it stood. */
export interface Checkpoint {
  /** Optimiser steps finished. */
  readonly step: number;
  readonly tensors: ReadonlyMap<string, Float32Array>;
  /** Small JSON beside the tensors: finished epochs' metrics, seconds so far. */
  readonly meta: Readonly<Record<string, unknown>>;
}

/** Checkpoints of one trial. */
export interface CheckpointStore {
  /** Writes to a temporary name and renames; the last two are kept. Returns the bytes written. */
  save(checkpoint: Checkpoint): Promise<number>;
  /**
   * The newest checkpoint that is whole and of this very trial, or `undefined`. A corrupt one is named in `passedOver`
   * and the one before it is used.
   */
  load(): Promise<{ checkpoint: Checkpoint | undefined; passedOver: string[] }>;
  /** Removes all checkpoints of the trial, once its result is stored. */
  clear(): Promise<void>;
}
