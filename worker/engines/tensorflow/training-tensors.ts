import { layoutOf, type Layout, type Slot } from '../../../compiler/index.ts';
import { checkState } from '../../training/check-state.ts';
import type { Network } from '../../../models/index.ts';
import type { Trained } from './optimiser.ts';
import type { Tensor, Tf, Variable } from './tf.ts';

/** A filter is [out, in, height, width] in the network and [height, width, in, out] in TensorFlow. */
const TO_TENSORFLOW = [2, 3, 1, 0];
const TO_NETWORK = [3, 2, 0, 1];

/**
 * Where a training stands, on the device. What leaves (checkpoints, digests) is flat vectors in the network's own
 * layout, the same as the onnx engine's.
 */
export class TrainingTensors {
  /** By parameter name. */
  readonly params: ReadonlyMap<string, Trained>;
  /** Running statistics by name: `<norm>.mean`, `<norm>.variance`. */
  readonly stats: ReadonlyMap<string, Variable>;
  readonly #tf: Tf;
  readonly #layout: Layout;
  /** The vectors of a checkpoint: a tensor for every slot. */
  readonly #vectors: ReadonlyMap<string, { readonly slots: readonly Slot[]; readonly tensors: readonly Variable[] }>;

  /** @param initial parameters by name, in the network's form */
  constructor(tf: Tf, network: Network, initial: ReadonlyMap<string, Float32Array>, ema: boolean) {
    this.#tf = tf;
    this.#layout = layoutOf(network);
    const { params, stats, decayingCount } = this.#layout;
    const filled = ({ name, size, shape }: Slot, value: number): Variable =>
      this.#variable({ name, shape }, new Float32Array(size).fill(value), false);
    this.params = new Map(
      params.map((slot) => [
        slot.name,
        {
          value: this.#variable(slot, initial.get(slot.name)!, true),
          velocity: filled(slot, 0),
          average: ema ? this.#variable(slot, initial.get(slot.name)!, false) : undefined,
          decays: slot.offset < decayingCount,
        },
      ]),
    );
    this.stats = new Map(stats.map((slot) => [slot.name, filled(slot, slot.name.endsWith('.variance') ? 1 : 0)]));
    const all = [...this.params.values()];
    this.#vectors = new Map([
      ['params', { slots: params, tensors: all.map(({ value }) => value) }],
      ['velocity', { slots: params, tensors: all.map(({ velocity }) => velocity) }],
      ['stats', { slots: stats, tensors: [...this.stats.values()] }],
      ...(ema ? [['ema', { slots: params, tensors: all.map(({ average }) => average!) }] as const] : []),
    ]);
  }

  /** Copies, in the network's own form. */
  state(): Map<string, Float32Array> {
    return new Map(
      [...this.#vectors].map(([name, { slots, tensors }]) => {
        const values = new Float32Array(this.#length(name));
        slots.forEach(({ offset }, i) => values.set(this.#read(tensors[i]!), offset));
        return [name, values];
      }),
    );
  }

  /** @throws {ScalesweepError} `CHECKPOINT_MISMATCH` */
  restore(state: ReadonlyMap<string, Float32Array>): void {
    checkState(new Map([...this.#vectors.keys()].map((name) => [name, this.#length(name)])), state);
    for (const [name, { slots, tensors }] of this.#vectors)
      slots.forEach((slot, i) => {
        const values = state.get(name)!.slice(slot.offset, slot.offset + slot.size);
        this.#tf.tidy(() => tensors[i]!.assign(this.#tensor(slot, values)));
      });
  }

  dispose(): void {
    for (const { tensors } of this.#vectors.values()) for (const tensor of tensors) tensor.dispose();
  }

  #length(name: string): number {
    return name === 'stats' ? this.#layout.statCount : this.#layout.paramCount;
  }

  #variable(slot: Pick<Slot, 'name' | 'shape'>, values: Float32Array, isTrained: boolean): Variable {
    return this.#tf.tidy(() => this.#tf.variable(this.#tensor(slot, values), isTrained));
  }

  #tensor({ shape }: Pick<Slot, 'shape'>, values: Float32Array): Tensor {
    const tensor = this.#tf.tensor(values, [...shape]);
    return isFilter(shape) ? this.#tf.transpose(tensor, TO_TENSORFLOW) : tensor;
  }

  #read(tensor: Variable): Float32Array {
    return this.#tf.tidy(() => {
      const whole = isFilter(tensor.shape) ? this.#tf.transpose(tensor, TO_NETWORK) : tensor;
      return whole.dataSync<'float32'>();
    });
  }
}

function isFilter(shape: readonly number[]): boolean {
  return shape.length === 4;
}
