import type ort from 'onnxruntime-node';
import type { Fetches } from '../tensors.ts';
import type { Address } from './api.ts';
import type { Runtime } from './library.ts';
import { valueOver } from './tensor-value.ts';

/**
 * Named tensors as a run of ONNX Runtime takes them: C strings, and values over the tensors' memory. Kept from run to run: only a
 * tensor that was not there the last time costs anything (2.3 microseconds, and a step takes a hundred). The maker must call `forget` at the end.
 */
export class Handles {
  /** A value per tensor, or 0 where ONNX Runtime is to make one and write it here. */
  values = new BigUint64Array(0);
  /** Addresses of the names. */
  namePointers = new BigUint64Array(0);
  readonly #runtime: Runtime;
  #names: readonly string[] = [];
  /** What the values are of, which holds their memory. */
  #tensors: (ort.Tensor | null)[] = [];
  #memory: (ort.Tensor['data'] | null)[] = [];
  /** Every name with a zero at its end. */
  #text = new Uint8Array(0);

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  get count(): number {
    return this.#names.length;
  }

  /** @throws {Error} on a tensor that is not what it says; the others stay. */
  take(given: Fetches): void {
    const names = Object.keys(given);
    if (names.length !== this.count || names.some((name, i) => name !== this.#names[i])) this.#rename(names);
    for (const [i, name] of this.#names.entries()) {
      const tensor = given[name] ?? null;
      // Memory that has been handed to another thread has no length any more.
      const isKnown = tensor !== null && tensor === this.#tensors[i] && this.#memory[i]?.length !== 0;
      if (!isKnown) this.#put(i, name, tensor);
    }
  }

  /** The values that ONNX Runtime allocated, by name. They are released by the next run. */
  *made(): Iterable<readonly [name: string, value: Address]> {
    for (const [i, name] of this.#names.entries())
      if (this.#tensors[i] === null && this.values[i] !== 0n) yield [name, this.values[i]!];
  }

  /** Lets go of everything. */
  forget(): void {
    for (const value of this.values) if (value !== 0n) this.#runtime.api.releaseValue(value);
    this.values.fill(0n);
    this.#tensors.fill(null);
    this.#memory.fill(null);
  }

  #put(i: number, name: string, tensor: ort.Tensor | null): void {
    if (this.values[i] !== 0n) this.#runtime.api.releaseValue(this.values[i]!);
    this.values[i] = 0n;
    this.#tensors[i] = null;
    if (tensor === null) return;
    this.values[i] = valueOver(this.#runtime, name, tensor);
    this.#tensors[i] = tensor;
    this.#memory[i] = tensor.data;
  }

  #rename(names: readonly string[]): void {
    this.forget();
    this.#names = names;
    this.#tensors = names.map(() => null);
    this.#memory = names.map(() => null);
    this.values = new BigUint64Array(names.length);
    this.namePointers = new BigUint64Array(names.length);
    const texts = names.map((name) => Buffer.from(`${name}\0`));
    this.#text = Uint8Array.from(Buffer.concat(texts));
    let address = this.#runtime.addressOf(this.#text.buffer);
    texts.forEach(({ length }, i) => {
      this.namePointers[i] = address;
      address += BigInt(length);
    });
  }
}
