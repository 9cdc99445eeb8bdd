import type ort from 'onnxruntime-node';
import type { Network } from '../../../models/index.ts';
import { checkState } from '../../training/check-state.ts';
import {
  convert,
  layoutOf,
  partsOf,
  storedLayoutOf,
  type Layout,
  type Part,
  type Lowering,
  SUCCESSOR,
  type Vector,
} from '../../../compiler/index.ts';
import { floatTensor, type Tensors } from './tensors.ts';
import type { TrainingState } from './training-state.ts';

/** What is handed to sessions. */
type Source = Vector | 'gradient' | 'batchStats';

/**
 * Where a training stands: flat vectors in the form that the lowering stores. What leaves (checkpoints, digests) is in
 * the network's own form, so that it means the same on a machine that lowers otherwise.
 *
 * A step writes everything where it was read (optimiser.ts). One that fails therefore leaves a training undefined until
 * `restore`. A step of two graphs keeps its gradients in a buffer as large as the parameters.
 */
export class TrainingVectors implements TrainingState {
  readonly #lowering: Lowering;
  readonly #own: Layout;
  readonly #stored: Layout;
  readonly #parts: readonly Part[];
  readonly #current: Map<Vector, Float32Array>;
  /** Made when a step of two graphs asks for it. */
  #gradients: Float32Array | undefined;
  /** Statistics of a batch on their way from the first graph to the second. */
  readonly #batchStats: Float32Array;
  /** By sources and names. A session keeps what it knows of a tensor, and a step has a hundred of them. */
  readonly #made = new Map<string, Tensors>();

  constructor(network: Network, lowering: Lowering, ema: boolean) {
    this.#lowering = lowering;
    this.#own = layoutOf(network);
    this.#stored = storedLayoutOf(network, lowering);
    this.#parts = partsOf(this.#stored);
    this.#current = emptyVectors(this.#stored, ema);
    this.#batchStats = new Float32Array(this.#stored.statCount);
  }

  feeds(names: readonly Vector[] = [...this.#current.keys()], as: Partial<Record<Vector, string>> = {}): Tensors {
    return this.#tensors(names.map((name) => [name, as[name] ?? name]));
  }

  /** Where the outputs of a step go: each to where it is read. */
  fetches(): Tensors {
    return this.#tensors([...this.#current.keys()].map((name) => [name, SUCCESSOR[name]]));
  }

  advance(): void {
    // The outputs are where the inputs were.
  }

  clearGradients(): void {
    this.#gradients?.fill(0);
    this.#batchStats.fill(0);
  }

  /** Gradients and batch statistics so far, as inputs and as outputs over the same memory. */
  gradientFeeds(): Tensors {
    return this.#tensors([
      ['gradient', 'gradient'],
      ['batchStats', 'batchStats'],
    ]);
  }

  gradientFetches(): Tensors {
    return this.#tensors([
      ['gradient', 'nextGradient'],
      ['batchStats', 'nextBatchStats'],
    ]);
  }

  has(name: Vector): boolean {
    return this.#current.has(name);
  }

  set(vector: Vector, tensor: string, values: Float32Array): void {
    const { slots, storedSlots } = this.#slots(vector);
    const only = slots.filter(({ name }) => name === tensor).map((slot) => ({ ...slot, offset: 0 }));
    convert(only, storedSlots, this.#lowering, 'store', values, this.#current.get(vector)!);
  }

  async state(): Promise<Map<string, Float32Array>> {
    return new Map(
      [...this.#current].map(([name, stored]) => {
        const { own, slots, storedSlots } = this.#slots(name);
        const values = new Float32Array(own);
        convert(slots, storedSlots, this.#lowering, 'restore', stored, values);
        return [name, values];
      }),
    );
  }

  restore(state: ReadonlyMap<string, Float32Array>): void {
    checkState(new Map([...this.#current.keys()].map((name) => [name, this.#slots(name).own])), state);
    for (const [name, stored] of this.#current) {
      const { slots, storedSlots } = this.#slots(name);
      convert(slots, storedSlots, this.#lowering, 'store', state.get(name)!, stored);
    }
  }

  async close(): Promise<void> {
    // Nothing but memory.
  }

  #slots(name: Vector): { own: number; slots: Layout['params']; storedSlots: Layout['params'] } {
    return name === 'stats'
      ? { own: this.#own.statCount, slots: this.#own.stats, storedSlots: this.#stored.stats }
      : { own: this.#own.paramCount, slots: this.#own.params, storedSlots: this.#stored.params };
  }

  /** Each of the sources under a name: made once, and the same object from then on. */
  #tensors(named: readonly (readonly [source: Source, name: string])[]): Tensors {
    const key = named.join();
    const known = this.#made.get(key) ?? Object.fromEntries(named.flatMap((each) => this.#views(...each)));
    this.#made.set(key, known);
    return known;
  }

  /** Statistics as `name`, parameters and their like as `name.P` for each part. */
  #views(source: Source, name: string): [string, ort.Tensor][] {
    const view = (values: Float32Array): ort.Tensor => floatTensor(values, this.#lowering.vectorDims(values.length));
    if (source === 'batchStats') return [[name, view(this.#batchStats)]];
    if (source === 'stats') return [[name, view(this.#current.get('stats')!)]];
    if (source === 'gradient') this.#gradients ??= new Float32Array(this.#stored.paramCount);
    const values = source === 'gradient' ? this.#gradients! : this.#current.get(source)!;
    return this.#parts.map(({ name: part, offset, size }) => [
      `${name}.${part}`,
      view(values.subarray(offset, offset + size)),
    ]);
  }
}

function emptyVectors(layout: Layout, ema: boolean): Map<Vector, Float32Array> {
  const all = new Map<Vector, Float32Array>([
    ['params', new Float32Array(layout.paramCount)],
    ['velocity', new Float32Array(layout.paramCount)],
    ['stats', new Float32Array(layout.statCount)],
  ]);
  if (ema) all.set('ema', new Float32Array(layout.paramCount));
  return all;
}
