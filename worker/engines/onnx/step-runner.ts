import type { Network } from '../../../models/index.ts';
import { dropoutFeatures, dropPathNodes } from '../../feed/drops.ts';
import type { Batch } from '../../training/trainer.ts';
import type { Layout } from './layout.ts';
import type { Lowering } from './lowering/rule.ts';
import { floatTensor, labelTensor, openSession, type Tensors } from './session.ts';
import { buildGradients, buildStep } from './step-graph.ts';
import { HYPER, type Hyper, type UpdateOptions } from './step-inputs.ts';
import type { TrainingState } from './training-state.ts';
import type { TrainingVectors } from './training-vectors.ts';
import { discardCopies, openOr, openUpdate } from './update-runner.ts';

export interface StepResult {
  /** Mean over the batch. */
  readonly loss: number;
  /** Images whose largest logit is right. */
  readonly correct: number;
}

/** Takes training vectors one optimiser step further. */
export interface StepRunner {
  /** A rejected step leaves the vectors undefined until they are restored. */
  run(batch: Batch, hyper: Hyper): Promise<StepResult>;
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

/** One graph from images to new parameters. */
async function openWholeStep(options: StepRunnerOptions): Promise<StepRunner> {
  const { network, layout, lowering, state, stays, device, threads } = options;
  const session = await openSession(buildStep(network, layout, lowering, options), device, threads, stays);
  const measured = makeMeasured();
  return {
    async run(batch, hyper) {
      const outputs = await session.run(
        { ...imageFeeds(options, batch, 0), hyper: hyperTensor(hyper), ...state.feeds() },
        { ...measured.fetches(), ...state.fetches() },
      );
      state.advance(outputs);
      // Not from the buffers: a session with outputs that stay on the device writes none of its outputs to a given tensor.
      return { loss: numberIn(outputs['loss']), correct: numberIn(outputs['correct']) };
    },
    close: () => session.close(),
  };
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
  const gradients = await openSession(graph, device, threads);
  const update = await openOr(() => openUpdate(options), gradients);
  const measured = makeMeasured();
  return {
    async run(batch, hyper) {
      const hyperFeed = hyperTensor(hyper);
      if (share !== undefined) vectors.clearGradients();
      let loss = 0;
      let correct = 0;
      for (let run = 0; run < runs; run++) {
        const outputs = await gradients.run(
          {
            ...imageFeeds(options, batch, run),
            hyper: hyperFeed,
            ...vectors.feeds(['params']),
            ...(share === undefined ? {} : vectors.gradientFeeds()),
          },
          { ...measured.fetches(), ...vectors.gradientFetches() },
        );
        discardCopies(outputs);
        loss += measured.read().loss / runs;
        correct += measured.read().correct;
      }
      await update.run(hyperFeed);
      return { loss, correct };
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
  const shape = network.nodes[0]!.shape;
  const pixels = shape[0] * shape[1] * shape[2];
  const feeds: Tensors = {
    image: floatTensor(batch.images.subarray(first * pixels, (first + size) * pixels), [size, ...shape]),
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

/** Where a graph writes its loss and its count of right answers. */
function makeMeasured(): { fetches: () => Tensors; read: () => StepResult } {
  const loss = new Float32Array(1);
  const correct = new Float32Array(1);
  return {
    fetches: () => ({ loss: floatTensor(loss, [1]), correct: floatTensor(correct, [1]) }),
    read: () => ({ loss: loss[0]!, correct: correct[0]! }),
  };
}

function numberIn(tensor: Tensors[string] | undefined): number {
  return (tensor!.data as Float32Array)[0]!;
}
