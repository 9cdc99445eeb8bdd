import { type Network, dimsOf, dropoutFeatures, dropPathNodes, elements } from '../../../models/index.ts';
import type { Batch, StepResult } from '../../training/trainer.ts';
import {
  type Layout,
  type Lowering,
  buildGradients,
  buildStep,
  HYPER,
  type Hyper,
  type UpdateOptions,
} from '../../../compiler/index.ts';
import { openSession } from './session.ts';
import { openSteps } from './several-steps.ts';
import { countTensor, floatTensor, Given, labelTensor, stackedTensor, type Fetches, type Tensors } from './tensors.ts';
import type { TrainingState } from './training-state.ts';
import type { TrainingVectors } from './training-vectors.ts';
import { openOr, openUpdate } from './update-runner.ts';

/** Takes training vectors one optimiser step further. */
export interface StepRunner {
  /** Steps that one call may hold. */
  readonly atMost: number;
  /** Why it is one although more were wanted. */
  readonly refused?: string | undefined;
  /** As many steps as there are batches. When it rejects, the vectors are undefined until they are restored. */
  run(batches: readonly Batch[], hypers: readonly Hyper[]): Promise<StepResult[]>;
  close(): Promise<void>;
}

export interface StepRunnerOptions extends UpdateOptions {
  readonly network: Network;
  readonly lowering: Lowering;
  /** Of the vectors. */
  readonly layout: Layout;
  /** In memory; with a whole batch they may be kept on the device, by `state`. */
  readonly vectors: TrainingVectors;
  readonly state: TrainingState;
  /** Outputs of the step that stay on the device. */
  readonly stays: readonly string[];
  /** Images of an optimiser step. */
  readonly batch: number;
  /** Images that are in memory at one time, and that a norm takes its statistics over: a divisor of `batch`. */
  readonly microBatch: number;
  /** Whole steps that one call should hold. */
  readonly stepsPerCall: number;
  readonly dropout: boolean;
  readonly dropPath: boolean;
  readonly device: string;
  readonly threads: number;
}

/** @throws {ScalesweepError} `DEVICE_UNAVAILABLE`, `OUT_OF_MEMORY` */
export async function openStepRunner(options: StepRunnerOptions): Promise<StepRunner> {
  const { batch, microBatch } = options;
  if (batch % microBatch !== 0) throw new Error(`Expected a divisor of the batch of ${batch}, got ${microBatch}`);
  return microBatch < batch ? openSplitStep(options) : openWholeStep(options);
}

/** One graph from images to new parameters: of one step, or of several. */
async function openWholeStep(options: StepRunnerOptions): Promise<StepRunner> {
  const { network, layout, lowering, state, stays, stepsPerCall, device, threads } = options;
  const { optimisation } = lowering;
  const { session, atMost, refused } = await openSteps(
    buildStep(network, layout, lowering, { ...options, inPlace: device === 'cpu' }),
    stepsPerCall,
    (model) => openSession(model, device, threads, { resident: stays, optimisation }),
  );
  const [feeds, fetches] = [new Given<Tensors>(), new Given<Fetches>()];
  return {
    atMost,
    refused,
    async run(batches, hypers) {
      const each = batches.map((batch, i) => ({ ...imageFeeds(options, batch, 0), hyper: hyperTensor(hypers[i]!) }));
      const measured = makeMeasured(atMost > 1 ? [batches.length, 1] : [1]);
      const outputs = await session.run(
        feeds.with(state.feeds(), atMost > 1 ? inOneCall(each) : each[0]!),
        fetches.with(state.fetches(), measured.fetches),
      );
      state.advance(outputs);
      // Not from the buffers: a session with outputs that stay on the device writes none of its outputs to a given tensor.
      const [losses, corrects] = [numbersIn(outputs['loss']), numbersIn(outputs['correct'])];
      return batches.map((_, i) => ({ loss: losses[i]!, correct: corrects[i]! }));
    },
    close: () => session.close(),
  };
}

/** What several steps are fed, as the inputs of `repeatStep`. */
function inOneCall(each: readonly Tensors[]): Tensors {
  const stacked = Object.keys(each[0]!).map(
    (name) => [name, stackedTensor(each.map((feeds) => feeds[name]!))] as const,
  );
  return { ...Object.fromEntries(stacked), count: countTensor(each.length) };
}

/**
 * Gradients of one micro-batch after the other, then one update. Each norm takes its statistics over a micro-batch; what moves
 * the running statistics is the mean of theirs, once per step, so that the running average spans as many steps as without.
 */
async function openSplitStep(options: StepRunnerOptions): Promise<StepRunner> {
  const { network, layout, lowering, vectors, batch: images, microBatch, device, threads } = options;
  const runs = images / microBatch;
  const share = runs === 1 ? undefined : 1 / runs;
  const graph = buildGradients(network, layout, lowering, { ...options, batch: microBatch, share });
  const gradients = await openSession(graph, device, threads, { optimisation: lowering.optimisation });
  const update = await openOr(() => openUpdate(options), gradients);
  const measured = makeMeasured([1]);
  return {
    atMost: 1,
    async run([batch], [hyper]) {
      const hyperFeed = hyperTensor(hyper!);
      if (share !== undefined) vectors.clearGradients();
      let loss = 0;
      let correct = 0;
      for (let run = 0; run < runs; run++) {
        await gradients.run(
          {
            ...imageFeeds(options, batch!, run),
            hyper: hyperFeed,
            ...vectors.feeds(['params']),
            ...(share === undefined ? {} : vectors.gradientFeeds()),
          },
          { ...measured.fetches, ...vectors.gradientFetches() },
        );
        loss += measured.read().loss / runs;
        correct += measured.read().correct;
      }
      await update.run(hyperFeed);
      return [{ loss, correct }];
    },
    async close() {
      await gradients.close();
      await update.close();
    },
  };
}

/** The images of one run of a batch, with their labels and masks. */
function imageFeeds(options: StepRunnerOptions, batch: Batch, run: number): Tensors {
  const { network, microBatch: size } = options;
  const first = run * size;
  const dims = dimsOf(network.nodes[0]!.shape);
  const pixels = elements(dims);
  const feeds: Tensors = {
    image: floatTensor(batch.images.subarray(first * pixels, (first + size) * pixels), [size, ...dims]),
    label: labelTensor(batch.labels.subarray(first, first + size), options.lowering.loss.labels),
  };
  if (batch.dropout !== undefined) {
    const features = dropoutFeatures(network);
    const mask = batch.dropout.subarray(first * features, (first + size) * features);
    feeds['dropout'] = floatTensor(mask, [size, features, 1, 1]);
  }
  if (batch.dropPath !== undefined) {
    const blocks = dropPathNodes(network).length;
    feeds['dropPath'] = floatTensor(columns(batch.dropPath, blocks, first, size), [blocks, size]);
  }
  return feeds;
}

/** Some columns of a matrix of so many rows; the matrix itself if they are all. */
function columns(matrix: Float32Array, rows: number, first: number, count: number): Float32Array {
  const width = matrix.length / rows;
  if (count === width) return matrix;
  const picked = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++)
    picked.set(matrix.subarray(row * width + first, row * width + first + count), row * count);
  return picked;
}

function hyperTensor(hyper: Hyper): Tensors[string] {
  return floatTensor(
    Float32Array.from(HYPER, (name) => hyper[name]),
    [HYPER.length],
  );
}

/** Where a graph writes its losses and its counts of right answers. */
function makeMeasured(dims: readonly number[]): { fetches: Tensors; read: () => StepResult } {
  const [loss, correct] = [new Float32Array(dims[0]!), new Float32Array(dims[0]!)];
  return {
    fetches: { loss: floatTensor(loss, dims), correct: floatTensor(correct, dims) },
    read: () => ({ loss: loss[0]!, correct: correct[0]! }),
  };
}

function numbersIn(tensor: Tensors[string] | undefined): Float32Array {
  return tensor!.data as Float32Array;
}
