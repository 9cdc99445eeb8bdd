import { dimsOf, type Network } from '../../models/index.ts';
import { Differentiation } from '../differentiate.ts';
import { partsOf, VECTORS, type Layout, type Part } from '../parameters/stored-layout.ts';
import type { Lowering } from '../lowerings/rule.ts';
import { OnnxGraph, type Value } from '../onnx/onnx-graph.ts';
import { movingAverage, pack, updatePart } from './optimiser.ts';
import { Readers } from './write-after-read.ts';
import {
  maskInputs,
  partInputs,
  splitHyper,
  unpack,
  unpackParts,
  type HyperValues,
  type PartValues,
  type StepOptions,
  type UpdateOptions,
} from './step-inputs.ts';

/**
 * One training step as one ONNX file: forward, loss, backward, momentum SGD, moving averages.
 *
 * Inputs: `image` [batch, C, H, W], `label` [batch], `hyper` [6], `params.P` and `velocity.P` for every part P of
 * the parameters, `stats` [S], and `ema.P`, `dropout` [batch, features, 1, 1], `dropPath` [blocks, batch] where asked
 * for. Outputs: `nextParams.P`, `nextVelocity.P`, `nextStats`, `nextEma.P`, `loss` (mean over the batch) and `correct`
 * (images whose largest logit is right), both [1].
 */
export function buildStep(network: Network, layout: Layout, lowering: Lowering, options: StepOptions): Uint8Array {
  const graph = new OnnxGraph();
  const hyper = splitHyper(graph);
  const params = partInputs(graph, 'params', partsOf(layout), lowering);
  const { gradients, batchStats } = writeGradients(graph, network, layout, lowering, { ...options, hyper, params });
  updateStats(graph, layout, lowering, batchStats, hyper);
  const readers = options.inPlace === true ? new Readers(graph) : undefined;
  const update = { ...options, hyper, params, gradients, readers };
  for (const part of partsOf(layout)) updatePart(graph, lowering, part, update);
  return graph.encode();
}

export interface GradientOptions extends StepOptions {
  /**
   * Part of the effective batch that these images are, where a step takes several graph runs: gradients and statistics
   * are multiplied by it and added to what the runs before gave. `undefined` when they are the whole batch.
   */
  readonly share: number | undefined;
}

/**
 * The first half of a step, for one micro-batch: inputs as of `buildStep` without `velocity` and `ema`, and with a `share`
 * also `gradient.P` and `batchStats`, the sums so far. Outputs: `nextGradient.P` and `nextBatchStats`, which may be written
 * over those sums, and `loss` and `correct` of these images.
 */
export function buildGradients(
  network: Network,
  layout: Layout,
  lowering: Lowering,
  options: GradientOptions,
): Uint8Array {
  const graph = new OnnxGraph();
  const hyper = splitHyper(graph);
  const params = partInputs(graph, 'params', partsOf(layout), lowering);
  const pass = writeGradients(graph, network, layout, lowering, { ...options, hyper, params });
  const handOver = (input: string, output: string, value: Value, size: number): void => {
    const dims = lowering.vectorDims(size);
    const { share } = options;
    const next =
      share === undefined
        ? value
        : lowering.addScaled(graph, graph.input(input, dims), value, graph.floats([share]), size);
    graph.output(output, next, dims);
  };
  handOver('batchStats', 'nextBatchStats', pass.batchStats, layout.statCount);
  for (const { name, size } of partsOf(layout))
    handOver(`gradient.${name}`, `nextGradient.${name}`, pass.gradients.get(name)!, size);
  return graph.encode();
}

/**
 * The second half, of some parts (and, with the part of the vectors, of the statistics): `hyper`, `params.P`, `velocity.P`, `stats`, `ema.P`, and the gradients and statistics of the whole batch
 * as `gradient.P` and `batchStats`, to the same successors as `buildStep`'s. Each may be written where it was read.
 */
export function buildUpdate(
  layout: Layout,
  lowering: Lowering,
  { parts, ...options }: UpdateOptions & { parts: readonly Part[] },
): Uint8Array {
  const graph = new OnnxGraph();
  const hyper = splitHyper(graph);
  const params = partInputs(graph, 'params', parts, lowering);
  const gradients = partInputs(graph, 'gradient', parts, lowering);
  if (parts.some(({ name }) => name === VECTORS)) {
    const batchStats = graph.input('batchStats', lowering.vectorDims(layout.statCount));
    updateStats(graph, layout, lowering, batchStats, hyper);
  }
  for (const part of parts) updatePart(graph, lowering, part, { ...options, hyper, params, gradients });
  return graph.encode();
}

interface Written {
  readonly hyper: HyperValues;
  readonly params: PartValues;
}

interface Gradients {
  /** By part. */
  readonly gradients: PartValues;
  /** Mean and variance of every norm over these images, as one vector. */
  readonly batchStats: Value;
}

/** Forward, loss, backward; with the outputs `loss` and `correct`. */
function writeGradients(
  graph: OnnxGraph,
  network: Network,
  layout: Layout,
  lowering: Lowering,
  options: StepOptions & Written,
): Gradients {
  const { batch, hyper, params } = options;
  const image = graph.input('image', [batch, ...dimsOf(network.nodes[0]!.shape)]);
  const label = graph.input('label', [batch], lowering.loss.labels);
  const unpacked = unpackParts(graph, lowering, params, layout);
  graph.markEarly();
  const pass = new Differentiation(network, lowering, {
    graph,
    batch,
    mode: 'train',
    image,
    params: unpacked,
    stats: new Map(),
    masks: maskInputs(graph, lowering, network, options),
  });
  const logits = pass.forward();
  const { loss, gradient } = lowering.loss.crossEntropy(
    graph,
    logits,
    label,
    batch,
    network.classes,
    hyper.labelSmoothing,
  );
  pass.backward(gradient);
  graph.output('loss', loss, [1]);
  graph.output('correct', lowering.loss.countCorrect(graph, logits, label, batch, network.classes), [1]);
  const batchStats = pack(graph, pass.batchStats, layout.stats, lowering.vectorDims(layout.statCount));
  const gradients = new Map(
    partsOf(layout).map(({ name, slots, size }) => [
      name,
      pack(graph, pass.gradients, slots, lowering.vectorDims(size)),
    ]),
  );
  return { gradients, batchStats };
}

function updateStats(
  graph: OnnxGraph,
  layout: Layout,
  lowering: Lowering,
  batchStats: Value,
  { statDecay }: HyperValues,
): void {
  const dims = lowering.vectorDims(layout.statCount);
  const old = graph.input('stats', dims);
  const next = movingAverage(graph, lowering, { old, fresh: batchStats, decay: statDecay, size: layout.statCount });
  graph.output('nextStats', next, dims);
}

/** Evaluation with running statistics: `image`, `params.P` and `stats` as above to `logits` [batch, classes]. */
export function buildEvaluation(network: Network, layout: Layout, lowering: Lowering, batch: number): Uint8Array {
  const graph = new OnnxGraph();
  const pass = new Differentiation(network, lowering, {
    graph,
    batch,
    mode: 'evaluate',
    image: graph.input('image', [batch, ...dimsOf(network.nodes[0]!.shape)]),
    params: unpackParts(graph, lowering, partInputs(graph, 'params', partsOf(layout), lowering), layout),
    stats: unpack(graph, lowering, graph.input('stats', lowering.vectorDims(layout.statCount)), layout.stats),
    masks: new Map(),
  });
  graph.output('logits', pass.forward(), [batch, network.classes]);
  return graph.encode();
}
