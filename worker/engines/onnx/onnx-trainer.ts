import { parseDevice, type RecipeSpec } from '../../../contract/index.ts';
import { type Network, dimsOf, dropoutFeatures, dropPathNodes } from '../../../models/index.ts';
import { EVALUATION_BATCH, layoutOf, storedLayoutOf, buildEvaluation } from '../../../compiler/index.ts';
import { drawParams } from '../../training/initialise.ts';
import type { Batch, SeveralSteps, StepRates, StepResult, Trainer } from '../../training/trainer.ts';
import { whyNotDirect } from './direct/library.ts';
import { chooseLowering, type Choice } from './choose-lowering.ts';
import { ResidentVectors } from './resident-vectors.ts';
import { openSession, type Session } from './session.ts';
import { stepsPerCallOn } from './several-steps.ts';
import { openStepRunner, type StepRunner, type StepRunnerOptions } from './step-runner.ts';
import { floatTensor, Given, type Tensors } from './tensors.ts';
import type { TrainingState } from './training-state.ts';
import { TrainingVectors } from './training-vectors.ts';

export interface OnnxTrainerOptions {
  readonly network: Network;
  readonly recipe: RecipeSpec;
  /** Images per optimiser step. */
  readonly batch: number;
  /**
   * Images in memory at one time, a divisor of `batch`: gradients are averaged over the micro-batches of a step, norms
   * take their statistics over each. @defaultValue batch
   */
  readonly microBatch?: number;
  readonly seed: number;
  readonly device: string;
  readonly threads: number;
  /** What the step is lowered to; chosen by the network, the device and the batch where left out. */
  readonly choice?: Choice;
  /** Steps that one call may hold. @defaultValue what pays on the device */
  readonly stepsPerCall?: number;
}

export interface OnnxTrainer extends Trainer {
  /** Which lowering the step was compiled with, and why. */
  readonly choice: Choice;
  /** What is computed and kept on the device; on the CPU only where the engine falls short there. */
  readonly placement: string | undefined;
  state(): Promise<ReadonlyMap<string, Float32Array>>;
}

/** @throws {ScalesweepError} `DEVICE_UNAVAILABLE`, `OUT_OF_MEMORY` */
export async function openOnnxTrainer(options: OnnxTrainerOptions): Promise<OnnxTrainer> {
  const { network, recipe, batch, microBatch = batch, device, threads } = options;
  const choice = options.choice ?? (await chooseLowering(network, device, microBatch));
  const { lowering } = choice;
  const layout = storedLayoutOf(network, lowering);
  const vectors = new TrainingVectors(network, lowering, recipe.emaDecay > 0);
  // The gradients of micro-batches are added up in memory.
  const isResident = isResidentOn(device) && microBatch === batch;
  const state = isResident ? await ResidentVectors.open(vectors, device) : vectors;
  const stepOptions: StepRunnerOptions = {
    network,
    lowering,
    layout,
    vectors,
    state,
    stays: isResident ? Object.keys(vectors.fetches()) : [],
    batch,
    microBatch,
    stepsPerCall: options.stepsPerCall ?? stepsPerCallOn(device, network, batch),
    nesterov: recipe.nesterov,
    ema: vectors.has('ema'),
    dropout: recipe.dropout > 0,
    dropPath: recipe.stochasticDepth > 0 && dropPathNodes(network).length > 0,
    device,
    threads,
  };
  const opened: { close(): Promise<void> }[] = [state];
  try {
    const steps = await openStepRunner(stepOptions);
    opened.unshift(steps);
    const evaluationBatch = microBatch < batch ? Math.min(EVALUATION_BATCH, 4 * microBatch) : EVALUATION_BATCH;
    const evaluationGraph = buildEvaluation(network, layout, lowering, evaluationBatch);
    const session = await openSession(evaluationGraph, device, threads, { optimisation: lowering.optimisation });
    const evaluation = { session, batch: evaluationBatch };
    const placement = await placementOn(device, isResident, steps);
    return new CompiledTrainer(options, { choice, placement, state, steps, evaluation });
  } catch (error) {
    for (const resource of opened) await resource.close();
    throw error;
  }
}

/** What a trainer is made of; it closes the sessions and the state. */
interface Compiled {
  readonly choice: Choice;
  readonly placement: string | undefined;
  readonly state: TrainingState;
  readonly steps: StepRunner;
  readonly evaluation: { readonly session: Session; readonly batch: number };
}

class CompiledTrainer implements OnnxTrainer {
  readonly choice: Choice;
  readonly placement: string | undefined;
  readonly several: SeveralSteps | undefined;
  readonly dropoutFeatures: number;
  readonly dropPathShares: readonly number[];
  readonly evaluationBatch: number;
  readonly #options: OnnxTrainerOptions;
  readonly #steps: StepRunner;
  readonly #evaluation: Session;
  readonly #state: TrainingState;
  readonly #logits: Float32Array;
  readonly #feeds = new Given<Tensors>();
  readonly #fetches: Tensors;
  /** Between the beginning of a step and its end, for good if it fails: what the vectors hold then is no state. */
  #isAmidStep = false;

  constructor(options: OnnxTrainerOptions, { choice, placement, state, steps, evaluation }: Compiled) {
    this.#options = options;
    this.choice = choice;
    this.placement = placement;
    const { atMost } = steps;
    this.several = atMost === 1 ? undefined : { atMost, step: (batches, rates) => this.#run(batches, rates) };
    this.#state = state;
    this.#steps = steps;
    this.#evaluation = evaluation.session;
    this.evaluationBatch = evaluation.batch;
    this.dropoutFeatures = dropoutFeatures(options.network);
    this.dropPathShares = dropPathNodes(options.network).map(({ share }) => share);
    const { classes } = options.network;
    this.#logits = new Float32Array(evaluation.batch * classes);
    this.#fetches = { logits: floatTensor(this.#logits, [evaluation.batch, classes]) };
    this.#initialise();
  }

  async step(batch: Batch, rates: StepRates): Promise<StepResult> {
    const [result] = await this.#run([batch], [rates]);
    return result!;
  }

  async #run(batches: readonly Batch[], rates: readonly StepRates[]): Promise<StepResult[]> {
    const { momentum, weightDecay, labelSmoothing } = this.#options.recipe;
    const hypers = rates.map((each) => ({ momentum, weightDecay, labelSmoothing, ...each }));
    this.#isAmidStep = true;
    const results = await this.#steps.run(batches, hypers);
    this.#isAmidStep = false;
    return results;
  }

  async evaluate(images: Float32Array): Promise<Float32Array> {
    const { network } = this.#options;
    const kept = this.#state.feeds([this.#state.has('ema') ? 'ema' : 'params', 'stats'], { ema: 'params' });
    const image = floatTensor(images, [this.evaluationBatch, ...dimsOf(network.nodes[0]!.shape)]);
    await this.#evaluation.run(this.#feeds.with(kept, { image }), this.#fetches);
    return this.#logits;
  }

  state(): Promise<ReadonlyMap<string, Float32Array>> {
    // For example parameters of one step with the momentum buffer of another: saved, they would look like a training's.
    if (this.#isAmidStep) throw new Error('Expected the state of a training after a whole step, its last step failed');
    return this.#state.state();
  }

  restore(state: ReadonlyMap<string, Float32Array>): void {
    this.#state.restore(state);
    this.#isAmidStep = false;
  }

  async close(): Promise<void> {
    await this.#steps.close();
    await this.#evaluation.close();
    await this.#state.close();
  }

  #initialise(): void {
    const { network, seed } = this.#options;
    for (const [name, values] of drawParams(network, seed)) {
      this.#state.set('params', name, values);
      if (this.#state.has('ema')) this.#state.set('ema', name, values);
    }
    for (const { name, size } of layoutOf(network).stats)
      if (name.endsWith('.variance')) this.#state.set('stats', name, new Float32Array(size).fill(1));
  }
}

/** What `openSession`, `openSteps` and `ResidentVectors` see to, in words for the trial's record. */
async function placementOn(
  device: string,
  isResident: boolean,
  { atMost, refused }: StepRunner,
): Promise<string | undefined> {
  if (device === 'cpu') {
    const missing = await whyNotDirect();
    return missing === undefined ? undefined : `outputs are copied every step: no C API (${missing})`;
  }
  const copied = atMost === 1 ? 'are copied every step' : `are copied every ${atMost} steps`;
  const why = refused === undefined ? '' : ` (several steps in a call were refused: ${refused})`;
  return `every operation on ${device}, none on the CPU; parameters ${isResident ? 'stay there between steps' : copied}${why}`;
}

/** On WebGPU a training stays where it is computed; the other providers' tensors live on the host (docs/gpu.md). */
function isResidentOn(device: string): boolean {
  return parseDevice(device)?.kind === 'webgpu';
}
