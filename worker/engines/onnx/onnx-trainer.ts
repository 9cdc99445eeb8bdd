import { parseDevice, type RecipeSpec } from '../../../contract/index.ts';
import type { Network } from '../../../models/index.ts';
import { dropoutFeatures, dropPathNodes } from '../../feed/drops.ts';
import { initialParams } from '../../training/initialise.ts';
import type { Batch, StepRates, Trainer } from '../../training/trainer.ts';
import { layoutOf, storedLayoutOf } from './layout.ts';
import { chooseLowering, type Choice } from './lowering/choose.ts';
import { ResidentVectors } from './resident-vectors.ts';
import { floatTensor, labelTensor, openSession, type Session, type Tensors } from './session.ts';
import { buildEvaluation, buildStep } from './step-graph.ts';
import { HYPER, type Hyper } from './step-inputs.ts';
import type { TrainingState } from './training-state.ts';
import { TrainingVectors } from './training-vectors.ts';

/** Large enough to keep a core busy, small enough that the last, padded batch wastes little. */
export const EVALUATION_BATCH = 200;

export interface OnnxTrainerOptions {
  readonly network: Network;
  readonly recipe: RecipeSpec;
  /** Images per step. */
  readonly batch: number;
  readonly seed: number;
  readonly device: string;
  readonly threads: number;
  /** What the step is lowered to; chosen by the network, the device and the batch where left out. */
  readonly choice?: Choice;
}

export interface OnnxTrainer extends Trainer {
  /** Which lowering the step was compiled with, and why. */
  readonly choice: Choice;
  /** What is computed and kept on the device; `undefined` on the CPU. */
  readonly placement: string | undefined;
  state(): Promise<ReadonlyMap<string, Float32Array>>;
}

/** @throws {ScalesweepError} `DEVICE_UNAVAILABLE`, `OUT_OF_MEMORY` */
export async function openOnnxTrainer(options: OnnxTrainerOptions): Promise<OnnxTrainer> {
  const { network, recipe, batch, device, threads } = options;
  const choice = options.choice ?? (await chooseLowering(network, device, batch));
  const { lowering } = choice;
  const layout = storedLayoutOf(network, lowering);
  const vectors = new TrainingVectors(network, lowering, recipe.emaDecay > 0);
  const structure = {
    batch,
    nesterov: recipe.nesterov,
    ema: vectors.has('ema'),
    dropout: recipe.dropout > 0,
    dropPath: recipe.stochasticDepth > 0 && dropPathNodes(network).length > 0,
  };
  const isResident = isResidentOn(device);
  const stays = isResident ? Object.keys(vectors.fetches()) : [];
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(resource: T): T => {
    opened.unshift(resource);
    return resource;
  };
  try {
    const training = keep(await openSession(buildStep(network, layout, lowering, structure), device, threads, stays));
    const evaluationGraph = buildEvaluation(network, layout, lowering, EVALUATION_BATCH);
    const evaluation = keep(await openSession(evaluationGraph, device, threads));
    const state = keep(isResident ? await ResidentVectors.open(vectors, device) : vectors);
    return new CompiledTrainer(options, choice, state, training, evaluation);
  } catch (error) {
    for (const resource of opened) await resource.close();
    throw error;
  }
}

class CompiledTrainer implements OnnxTrainer {
  readonly choice: Choice;
  readonly placement: string | undefined;
  readonly dropoutFeatures: number;
  readonly dropPathShares: readonly number[];
  readonly evaluationBatch = EVALUATION_BATCH;
  readonly #options: OnnxTrainerOptions;
  readonly #training: Session;
  readonly #evaluation: Session;
  readonly #state: TrainingState;
  readonly #loss = new Float32Array(1);
  readonly #correct = new Float32Array(1);
  readonly #logits: Float32Array;

  constructor(
    options: OnnxTrainerOptions,
    choice: Choice,
    state: TrainingState,
    training: Session,
    evaluation: Session,
  ) {
    this.#options = options;
    this.choice = choice;
    this.placement = placementOn(options.device);
    this.#state = state;
    this.#training = training;
    this.#evaluation = evaluation;
    this.dropoutFeatures = dropoutFeatures(options.network);
    this.dropPathShares = dropPathNodes(options.network).map(({ share }) => share);
    this.#logits = new Float32Array(EVALUATION_BATCH * options.network.classes);
    this.#initialise();
  }

  async step(batch: Batch, rates: StepRates): Promise<{ loss: number; correct: number }> {
    const { network, recipe, batch: size } = this.#options;
    const { momentum, weightDecay, labelSmoothing } = recipe;
    const hyper: Hyper = { momentum, weightDecay, labelSmoothing, ...rates };
    const feeds: Tensors = {
      image: floatTensor(batch.images, [size, ...network.nodes[0]!.shape]),
      label: labelTensor(batch.labels, this.choice.lowering.loss.labels),
      hyper: floatTensor(
        Float32Array.from(HYPER, (name) => hyper[name]),
        [HYPER.length],
      ),
      ...this.#state.feeds(),
    };
    if (batch.dropout !== undefined) feeds['dropout'] = floatTensor(batch.dropout, [size, this.dropoutFeatures, 1, 1]);
    if (batch.dropPath !== undefined)
      feeds['dropPath'] = floatTensor(batch.dropPath, [this.dropPathShares.length, size]);
    const outputs = await this.#training.run(feeds, {
      loss: floatTensor(this.#loss, [1]),
      correct: floatTensor(this.#correct, [1]),
      ...this.#state.fetches(),
    });
    this.#state.advance(outputs);
    // Not from the buffers: a session with outputs that stay on the device writes none of its outputs to a given tensor.
    return { loss: numberIn(outputs['loss']), correct: numberIn(outputs['correct']) };
  }

  async evaluate(images: Float32Array): Promise<Float32Array> {
    const { network } = this.#options;
    const feeds = {
      image: floatTensor(images, [EVALUATION_BATCH, ...network.nodes[0]!.shape]),
      ...this.#state.feeds([this.#state.has('ema') ? 'ema' : 'params', 'stats'], { ema: 'params' }),
    };
    await this.#evaluation.run(feeds, { logits: floatTensor(this.#logits, [EVALUATION_BATCH, network.classes]) });
    return this.#logits;
  }

  state(): Promise<ReadonlyMap<string, Float32Array>> {
    return this.#state.state();
  }

  restore(state: ReadonlyMap<string, Float32Array>): void {
    this.#state.restore(state);
  }

  async close(): Promise<void> {
    await this.#state.close();
    await this.#evaluation.close();
    await this.#training.close();
  }

  #initialise(): void {
    const { network, seed } = this.#options;
    for (const [name, values] of initialParams(network, seed)) {
      this.#state.set('params', name, values);
      if (this.#state.has('ema')) this.#state.set('ema', name, values);
    }
    for (const { name, size } of layoutOf(network).stats)
      if (name.endsWith('.variance')) this.#state.set('stats', name, new Float32Array(size).fill(1));
  }
}

/** What `openSession` and `ResidentVectors` see to, in words for the trial's record. */
function placementOn(device: string): string | undefined {
  if (device === 'cpu') return undefined;
  const state = isResidentOn(device) ? 'parameters stay there between steps' : 'parameters are copied every step';
  return `every operation on ${device}, none on the CPU; ${state}`;
}

/** On WebGPU a training stays where it is computed; the other providers' tensors live on the host (docs/gpu.md). */
function isResidentOn(device: string): boolean {
  return parseDevice(device)?.kind === 'webgpu';
}

function numberIn(tensor: Tensors[string] | undefined): number {
  return (tensor!.data as Float32Array)[0]!;
}
