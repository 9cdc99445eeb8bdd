import type ort from 'onnxruntime-node';
import { ScalesweepError, type RecipeSpec } from '../../../contract/index.ts';
import type { Network } from '../../../models/index.ts';
import { initialParams } from '../../training/initialise.ts';
import type { Batch, StepRates, Trainer } from '../../training/trainer.ts';
import { layoutOf, type Layout } from './layout.ts';
import { portable } from './lowering/portable/index.ts';
import { floatTensor, labelTensor, openSession, type Session, type Tensors } from './session.ts';
import { buildEvaluation, buildStep, dropoutFeatures, dropPathNodes, HYPER, type Hyper } from './step-graph.ts';

/** Large enough to keep a core busy, small enough that the last, padded batch wastes little. */
const EVALUATION_BATCH = 200;

export interface OnnxTrainerOptions {
  readonly network: Network;
  readonly recipe: RecipeSpec;
  /** Images per step. */
  readonly batch: number;
  readonly seed: number;
  readonly device: string;
  readonly threads: number;
}

/** The flat vectors of a training, by the names of the step's inputs; its outputs are their successors. */
const SUCCESSOR = { params: 'nextParams', velocity: 'nextVelocity', stats: 'nextStats', ema: 'nextEma' } as const;
type Vector = keyof typeof SUCCESSOR;

/** @throws {ScalesweepError} `DEVICE_UNAVAILABLE`, `OUT_OF_MEMORY` */
export async function openOnnxTrainer(options: OnnxTrainerOptions): Promise<Trainer> {
  const { network, recipe, batch, device, threads } = options;
  const layout = layoutOf(network);
  const ema = recipe.emaDecay > 0;
  const paths = recipe.stochasticDepth > 0 ? dropPathNodes(network) : [];
  const structure = { batch, ema, nesterov: recipe.nesterov, dropout: recipe.dropout > 0, dropPath: paths.length > 0 };
  const training = await openSession(buildStep(network, layout, portable, structure), device, threads);
  const evaluation = await openSession(buildEvaluation(network, layout, portable, EVALUATION_BATCH), device, threads);
  return new OnnxTrainer(options, layout, training, evaluation, ema);
}

class OnnxTrainer implements Trainer {
  readonly dropoutFeatures: number;
  readonly dropPathShares: readonly number[];
  readonly evaluationBatch = EVALUATION_BATCH;
  readonly #options: OnnxTrainerOptions;
  readonly #training: Session;
  readonly #evaluation: Session;
  /** Where the training stands, and the buffers that the next step is written to; a step swaps the two. */
  #current: Map<Vector, ort.Tensor>;
  #next: Map<Vector, ort.Tensor>;
  readonly #loss = floatTensor(new Float32Array(1), [1]);
  readonly #correct = floatTensor(new Float32Array(1), [1]);
  readonly #logits: Float32Array;

  constructor(options: OnnxTrainerOptions, layout: Layout, training: Session, evaluation: Session, ema: boolean) {
    this.#options = options;
    this.#training = training;
    this.#evaluation = evaluation;
    this.dropoutFeatures = dropoutFeatures(options.network);
    this.dropPathShares = dropPathNodes(options.network).map(({ share }) => share);
    this.#current = vectors(layout, ema);
    this.#next = vectors(layout, ema);
    this.#logits = new Float32Array(EVALUATION_BATCH * options.network.classes);
    this.#initialise(layout);
  }

  async step(batch: Batch, rates: StepRates): Promise<{ loss: number; correct: number }> {
    const { network, recipe, batch: size } = this.#options;
    const { momentum, weightDecay, labelSmoothing } = recipe;
    const hyper: Hyper = { momentum, weightDecay, labelSmoothing, ...rates };
    const feeds: Tensors = {
      image: floatTensor(batch.images, [size, ...network.nodes[0]!.shape]),
      label: labelTensor(batch.labels),
      hyper: floatTensor(
        Float32Array.from(HYPER, (name) => hyper[name]),
        [HYPER.length],
      ),
      ...Object.fromEntries(this.#current),
    };
    if (batch.dropout !== undefined) feeds['dropout'] = floatTensor(batch.dropout, [size, this.dropoutFeatures, 1, 1]);
    if (batch.dropPath !== undefined)
      feeds['dropPath'] = floatTensor(batch.dropPath, [this.dropPathShares.length, size]);
    const fetches: Tensors = { loss: this.#loss, correct: this.#correct };
    for (const [name, tensor] of this.#next) fetches[SUCCESSOR[name]] = tensor;
    await this.#training.run(feeds, fetches);
    [this.#current, this.#next] = [this.#next, this.#current];
    return { loss: dataOf(this.#loss)[0]!, correct: dataOf(this.#correct)[0]! };
  }

  async evaluate(images: Float32Array): Promise<Float32Array> {
    const { network } = this.#options;
    const feeds = {
      image: floatTensor(images, [EVALUATION_BATCH, ...network.nodes[0]!.shape]),
      params: this.#current.get('ema') ?? this.#current.get('params')!,
      stats: this.#current.get('stats')!,
    };
    await this.#evaluation.run(feeds, { logits: floatTensor(this.#logits, [EVALUATION_BATCH, network.classes]) });
    return this.#logits;
  }

  state(): ReadonlyMap<string, Float32Array> {
    return new Map([...this.#current].map(([name, tensor]) => [name, dataOf(tensor)]));
  }

  restore(state: ReadonlyMap<string, Float32Array>): void {
    const expected = [...this.#current].map(([name, tensor]) => `${name}[${tensor.size}]`);
    const given = [...state].map(([name, values]) => `${name}[${values.length}]`);
    if (expected.toSorted().join() !== given.toSorted().join()) {
      throw new ScalesweepError(
        'CHECKPOINT_MISMATCH',
        `Expected a checkpoint of ${expected.join(', ')}, got ${given.join(', ')}`,
        {
          hint: 'It belongs to another network or program version: remove it, and the trial starts again.',
        },
      );
    }
    for (const [name, tensor] of this.#current) dataOf(tensor).set(state.get(name)!);
  }

  async close(): Promise<void> {
    await this.#training.close();
    await this.#evaluation.close();
  }

  #initialise(layout: Layout): void {
    const { network, seed } = this.#options;
    const initial = initialParams(network, seed);
    const params = dataOf(this.#current.get('params')!);
    for (const { name, offset } of layout.params) params.set(initial.get(name)!, offset);
    const ema = this.#current.get('ema');
    if (ema !== undefined) dataOf(ema).set(params);
    const stats = dataOf(this.#current.get('stats')!);
    for (const { name, offset, size } of layout.stats)
      if (name.endsWith('.variance')) stats.fill(1, offset, offset + size);
  }
}

function vectors(layout: Layout, ema: boolean): Map<Vector, ort.Tensor> {
  const zeros = (size: number): ort.Tensor => floatTensor(new Float32Array(size), [size]);
  const all = new Map<Vector, ort.Tensor>([
    ['params', zeros(layout.paramCount)],
    ['velocity', zeros(layout.paramCount)],
    ['stats', zeros(layout.statCount)],
  ]);
  if (ema) all.set('ema', zeros(layout.paramCount));
  return all;
}

function dataOf(tensor: ort.Tensor): Float32Array {
  return tensor.data as Float32Array;
}
