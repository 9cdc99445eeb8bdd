import type { RecipeSpec } from '../../../contract/index.ts';
import type { Network } from '../../../models/index.ts';
import { dropoutFeatures, dropPathNodes } from '../../feed/drops.ts';
import { initialParams } from '../../training/initialise.ts';
import type { Batch, StepRates, Trainer } from '../../training/trainer.ts';
import { forward, type Bindings } from './forward.ts';
import { countCorrect, crossEntropy } from './loss.ts';
import { follow, scalarsOf, update } from './optimiser.ts';
import { orOutOfMemory, rethrow } from './out-of-memory.ts';
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

  constructor(options: TensorflowTrainerOptions) {
    const { tf, network, recipe, batch, seed } = options;
    this.#options = options;
    this.dropoutFeatures = dropoutFeatures(network);
    this.dropPathShares = dropPathNodes(network).map(({ share }) => share);
    this.evaluationBatch = Math.min(MOST_IN_EVALUATION, batch);
    this.#tensors = new TrainingTensors(tf, network, initialParams(network, seed), recipe.emaDecay > 0);
  }

  async step(batch: Batch, rates: StepRates): Promise<{ loss: number; correct: number }> {
    const { tf } = this.#options;
    const outcome = orOutOfMemory(() => tf.tidy(() => this.#step(batch, rates)));
    // The one wait of a step: until here its operations may still be on their way to the device.
    const [loss, correct] = await outcome
      .data()
      .catch(rethrow)
      .finally(() => outcome.dispose());
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
    const logits = orOutOfMemory(() => tf.tidy(() => forward(network, this.#image(images), bindings)));
    return (await logits.data().finally(() => logits.dispose())) as Float32Array;
  }

  state(): ReadonlyMap<string, Float32Array> {
    return this.#tensors.state();
  }

  restore(state: ReadonlyMap<string, Float32Array>): void {
    this.#tensors.restore(state);
  }

  close(): Promise<void> {
    return Promise.resolve(this.#tensors.dispose());
  }

  /** One step, all of it on the device; returns [loss, correct]. */
  #step(batch: Batch, rates: StepRates): Tensor {
    const { tf, network, recipe } = this.#options;
    const { params, stats } = this.#tensors;
    const scalars = scalarsOf(tf, { ...recipe, ...rates });
    const labels = tf.tensor1d(batch.labels, 'int32');
    const image = this.#image(batch.images);
    const masks = this.#masks(batch);
    const trained = [...params.values()];
    const batchStats = new Map<string, Tensor>();
    let correct: Tensor;
    return withGradients(
      tf,
      trained.map(({ value }) => value),
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
        return crossEntropy(tf, logits, labels, recipe.labelSmoothing);
      },
      (loss, gradients) => {
        trained.forEach((one, i) => update(tf, one, gradients[i]!, scalars, recipe.nesterov));
        for (const [name, fresh] of batchStats) follow(tf, stats.get(name)!, fresh, scalars.statDecay);
        return tf.stack([loss, correct]);
      },
    );
  }

  /** [batch, C, H, W], as it arrives, to [batch, H, W, C]. */
  #image(values: Float32Array): Tensor {
    const { tf, network } = this.#options;
    const [channels, height, width] = network.nodes[0]!.shape;
    return tf.transpose(
      tf.tensor4d(values, [values.length / (channels * height * width), channels, height, width]),
      [0, 2, 3, 1],
    );
  }

  #masks({ dropout, dropPath }: Batch): Map<string, Tensor> {
    const { tf, network, batch } = this.#options;
    const masks = new Map<string, Tensor>();
    if (dropout !== undefined) {
      const mask = tf.tensor4d(dropout, [batch, 1, 1, this.dropoutFeatures]);
      for (const { name, op } of network.nodes) if (op.kind === 'dropout') masks.set(name, mask);
    }
    if (dropPath !== undefined)
      dropPathNodes(network).forEach(({ name }, row) =>
        masks.set(name, tf.tensor4d(dropPath.slice(row * batch, (row + 1) * batch), [batch, 1, 1, 1])),
      );
    return masks;
  }
}
