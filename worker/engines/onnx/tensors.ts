import ort from './runtime.ts';
import type { Optimisation } from '../../../compiler/index.ts';

export type Tensors = Record<string, ort.Tensor>;
/** Tensors to write outputs to; `null` for an output that gets a new one. */
export type Fetches = Record<string, ort.Tensor | null>;

/**
 * What is given to a session: tensors that are the same ones every time, and those that are new. Put together once, since a step has a
 * hundred names, and the caches are cold after it.
 */
export class Given<T extends Fetches> {
  #kept: T | undefined;
  #all: Fetches = {};

  /** @param kept the very same object as the last time where nothing in it has changed. */
  with(kept: T, fresh: Tensors): T {
    if (kept !== this.#kept) this.#all = { ...kept };
    this.#kept = kept;
    return Object.assign(this.#all, fresh) as T;
  }
}

/** How a graph is compiled. */
export interface CompileOptions {
  /** Outputs that stay in the device's memory, where they are fetched into `null`. @defaultValue none */
  readonly resident?: readonly string[];
  /** @defaultValue all */
  readonly optimisation?: Optimisation;
}

export function floatTensor(data: Float32Array, dims: readonly number[]): ort.Tensor {
  return new ort.Tensor('float32', data, dims);
}

export function labelTensor(labels: Int32Array, type: 'int64' | 'float'): ort.Tensor {
  if (type === 'float') return floatTensor(Float32Array.from(labels), [labels.length]);
  const numbers = new BigInt64Array(labels.length);
  for (let i = 0; i < labels.length; i++) numbers[i] = BigInt(labels[i]!);
  return new ort.Tensor('int64', numbers, [labels.length]);
}

export function countTensor(count: number): ort.Tensor {
  return new ort.Tensor('int64', BigInt64Array.of(BigInt(count)), []);
}

/** Tensors of one type and shape as one tensor with a first dimension for them. */
export function stackedTensor(tensors: readonly ort.Tensor[]): ort.Tensor {
  const [{ type, dims, size }] = tensors as [ort.Tensor];
  const all = type === 'int64' ? new BigInt64Array(tensors.length * size) : new Float32Array(tensors.length * size);
  tensors.forEach(({ data }, i) => (all as Float32Array).set(data as Float32Array, i * size));
  return new ort.Tensor(type, all, [tensors.length, ...dims]);
}
