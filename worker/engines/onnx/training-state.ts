import type { Vector } from '../../../compiler/index.ts';
import type { Fetches, Tensors } from './tensors.ts';

/** Where a training stands, wherever that is kept between two steps. */
export interface TrainingState {
  has(name: Vector): boolean;
  /** Inputs of a step; only of the named vectors where given. `as` renames them. The same object as long as the tensors are the same. */
  feeds(names?: readonly Vector[], as?: Partial<Record<Vector, string>>): Tensors;
  /** What becomes of the outputs of a step. */
  fetches(): Fetches;
  /** The outputs of a step are where the training stands now. */
  advance(outputs: Tensors): void;
  /** Writes one tensor, given in the network's own form. */
  set(vector: Vector, tensor: string, values: Float32Array): void;
  /** Copies, in the network's own form. */
  state(): Promise<Map<string, Float32Array>>;
  /** @throws {ScalesweepError} `CHECKPOINT_MISMATCH` */
  restore(state: ReadonlyMap<string, Float32Array>): void;
  close(): Promise<void>;
}
