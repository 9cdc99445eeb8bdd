import type { RecipeSpec } from '../../../contract/index.ts';
import { type Network, dropoutFeatures, dropPathNodes } from '../../../models/index.ts';
import { initialParams } from '../../training/initialise.ts';
import type { Batch, StepRates, Trainer } from '../../training/trainer.ts';
import { forward, type Bindings } from './forward.ts';
import { countCorrect, crossEntropy } from './loss.ts';
import { follow, scalarsOf, update } from './optimiser.ts';
import { orOutOfMemory, rethrow } from './out-of-memory.ts';
import { imageTensor, stepInputs, type Range } from './step-inputs.ts';
import type { Tensor, Tf } from './tf.ts';
import { TrainingTensors } from './training-tensors.ts';
import { withGradients } from './with-gradients.ts';

/** As many as the onnx engine takes, where a training step takes as many. */
const MOST_IN_EVALUATION = 200;

export interface TensorflowTrainerOptions {
  readonly tf: Tf;
  readonly network: Network;
  readonly recipe: RecipeSpec;
  /** Images per step. */
  readonly batch: number;
  /** Images that are held at once, a divisor of the batch. @defaultValue the batch */
  readonly microBatch?: number;
  readonly seed: number;
}

/** Interprets the network, step by step. The caller closes it. */
export function makeTensorflowTrainer(options: TensorflowTrainerOptions): Trainer {
  return orOutOfMemory(() => new InterpretingTrainer(options));
}

class InterpretingTrainer implements Trainer {
  readonly dropoutFeatures: number;
  readonly dropPathShares: readonly number[];
  /** What fits in training fits here. */
  readonly evaluationBatch: number;
  readonly #options: TensorflowTrainerOptions;
  readonly #tensors: TrainingTensors;
  /** A step did not end: some parameters may be new and some old. */
  #isTorn = false;

  constructor(options: TensorflowTrainerOptions) {
    const { tf, network, recipe, batch, microBatch = batch, seed } = options;
    this.#options = options;
    this.dropoutFeatures = dropoutFeatures(network);
    this.dropPathShares = dropPathNodes(network).map(({ share }) => share);
    this.evaluationBatch = Math.min(MOST_IN_EVALUATION, microBatch);
    this.#tensors = new TrainingTensors(tf, network, initialParams(network, seed), recipe.emaDecay > 0);
  }

  async step(batch: Batch, rates: StepRates): Promise<{ loss: number; correct: number }> {
    const { tf } = this.#options;
    this.#isTorn = true;
    const outcome = orOutOfMemory(() => tf.tidy(() => this.#step(batch, rates)));
    // The one wait of a step: until here its operations may still be on their way to the device.
    const [loss, correct] = await outcome
      .data()
      .catch(rethrow)
      .finally(() => outcome.dispose());
    this.#isTorn = false;
    return { loss: loss!, correct: correct! };
  }

  async evaluate(images: Float32Array): Promise<Float32Array> {
    const { tf, network, recipe } = this.#options;
    const { params, stats } = this.#tensors;
    const bindings: Bindings = {
      tf,
      mode: 'evaluate',
      param: (name) => (recipe.emaDecay > 0 ? params.get(name)!.average! : params.get(name)!.value),
      stat: (name) => stats.get(name)!,
      batchStat: () => undefined,
      mask: () => undefined,
    };
    const logits = orOutOfMemory(() => tf.tidy(() => forward(network, imageTensor(tf, network, images), bindings)));
    return (await logits.data().finally(() => logits.dispose())) as Float32Array;
  }

  state(): ReadonlyMap<string, Float32Array> {
    if (this.#isTorn) throw new Error('Expected the state after a step, got a step that failed half-way');
    return this.#tensors.state();
  }

  restore(state: ReadonlyMap<string, Float32Array>): void {
    this.#tensors.restore(state);
    this.#isTorn = false;
  }

  close(): Promise<void> {
    return Promise.resolve(this.#tensors.dispose());
  }

  /** One step, all of it on the device; returns [loss, correct]. */
  #step(batch: Batch, rates: StepRates): Tensor {
    const { tf, recipe } = this.#options;
    const { params, stats } = this.#tensors;
    const [loss, correct, ...rest] = this.#measureAll(batch);
    const scalars = scalarsOf(tf, { ...recipe, ...rates });
    [...params.values()].forEach((one, i) => update(tf, one, rest[i]!, scalars, recipe.nesterov));
    [...stats.values()].forEach((average, i) => follow(tf, average, rest[params.size + i]!, scalars.statDecay));
    return tf.stack([loss!, correct!]);
  }

  /**
   * [loss, correct, ...gradients, ...statistics] of the batch, summed over its micro-batches: each norm takes its statistics
   * over one of them, and what moves the running statistics is the mean of theirs, once per step.
   */
  #measureAll(batch: Batch): readonly Tensor[] {
    const { tf, batch: images, microBatch: size = images } = this.#options;
    if (images % size !== 0) throw new Error(`Expected a divisor of the batch of ${images}, got ${size}`);
    let sums: Tensor[] = [];
    for (let first = 0; first < images; first += size) {
      const measured = tf.tidy(() => this.#measure(batch, { first, size }));
      const before = sums;
      sums = first === 0 ? measured : tf.tidy(() => before.map((sum, i) => tf.add(sum, measured[i]!)));
      // Not at the step's end: no more than two sets of gradients are held.
      if (first > 0) tf.dispose([...before, ...measured]);
    }
    return sums;
  }

  /** A micro-batch's share of the batch's loss, hits, gradients and statistics. */
  #measure(batch: Batch, range: Range): Tensor[] {
    const { tf, network, recipe } = this.#options;
    const { params, stats } = this.#tensors;
    const { image, labels, masks } = stepInputs(tf, network, batch, range);
    const share = range.size / this.#options.batch;
    const shared = (whole: Tensor): Tensor => (share === 1 ? tf.clone(whole) : tf.mul(whole, share));
    const batchStats = new Map<string, Tensor>();
    let correct: Tensor;
    return withGradients(
      tf,
      [...params.values()].map(({ value }) => value),
      (keep) => {
        const logits = forward(network, image, {
          tf,
          mode: 'train',
          param: (name) => params.get(name)!.value,
          stat: (name) => stats.get(name)!,
          batchStat: (name, value) => void batchStats.set(name, keep(value)),
          mask: ({ name }) => masks.get(name),
        });
        correct = keep(countCorrect(tf, logits, labels));
        return shared(crossEntropy(tf, logits, labels, recipe.labelSmoothing));
      },
      (loss, gradients) => [
        loss,
        tf.clone(correct),
        ...gradients,
        ...[...stats.keys()].map((name) => shared(batchStats.get(name)!)),
      ],
    );
  }
}
