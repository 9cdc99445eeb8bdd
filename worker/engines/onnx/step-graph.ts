import { elements, type Network } from '../../../models/index.ts';
import { Differentiation } from './differentiate.ts';
import type { Layout, Slot } from './layout.ts';
import type { Lowering } from './lowering/rule.ts';
import { OnnxGraph, type Value } from './onnx-graph.ts';

/** What a training step is made of; its numbers (rates, decays) are inputs, so that trials share a compiled step. */
export interface StepOptions {
  readonly batch: number;
  readonly nesterov: boolean;
  /** Keep a moving average of the weights. */
  readonly ema: boolean;
  readonly dropout: boolean;
  readonly dropPath: boolean;
}

/** The order of the `hyper` input. */
export const HYPER = ['learningRate', 'momentum', 'weightDecay', 'labelSmoothing', 'emaDecay', 'statDecay'] as const;
export type Hyper = Readonly<Record<(typeof HYPER)[number], number>>;

/** Nodes that drop paths, in the order of the rows of the `dropPath` input. */
export function dropPathNodes(network: Network): { name: string; share: number }[] {
  return network.nodes.flatMap(({ name, op }) => (op.kind === 'drop-path' ? [{ name, share: op.share }] : []));
}

/** Features before the classifier: the width of the `dropout` input. */
export function dropoutFeatures(network: Network): number {
  const node = network.nodes.find(({ op }) => op.kind === 'dropout');
  return node === undefined ? 0 : elements(node.shape);
}

/**
 * One training step as one ONNX file: forward, loss, backward, momentum SGD, moving averages.
 *
 * Inputs: `image` [batch, C, H, W], `label` int64 [batch], `hyper` [6], `params` and `velocity` [P], `stats` [S], and
 * `ema` [P], `dropout` [batch, features, 1, 1], `dropPath` [blocks, batch] where asked for. Outputs: `nextParams`,
 * `nextVelocity`, `nextStats`, `nextEma`, `loss` (mean over the batch) and `correct` (images whose largest logit is
 * right), both [1].
 */
export function buildStep(network: Network, layout: Layout, lowering: Lowering, options: StepOptions): Uint8Array {
  const graph = new OnnxGraph();
  const { batch } = options;
  const image = graph.input('image', [batch, ...network.nodes[0]!.shape]);
  const label = graph.input('label', [batch], 'int64');
  const params = graph.input('params', [layout.paramCount]);
  const velocity = graph.input('velocity', [layout.paramCount]);
  const stats = graph.input('stats', [layout.statCount]);
  const hyper = splitHyper(graph);
  const pass = new Differentiation(network, lowering, {
    graph,
    batch,
    mode: 'train',
    image,
    params: unpack(graph, params, layout.params),
    stats: new Map(),
    masks: maskInputs(graph, network, options),
  });
  const logits = pass.forward();
  const { loss, gradient } = crossEntropy(graph, logits, label, batch, network.classes, hyper.labelSmoothing);
  pass.backward(gradient);

  const gradients = withWeightDecay(
    graph,
    pack(graph, pass.gradients, layout.params),
    params,
    layout,
    hyper.weightDecay,
  );
  const nextVelocity = graph.add('Add', [graph.add('Mul', [velocity, hyper.momentum]), gradients]);
  const update = options.nesterov
    ? graph.add('Add', [gradients, graph.add('Mul', [nextVelocity, hyper.momentum])])
    : nextVelocity;
  const nextParams = graph.add('Sub', [params, graph.add('Mul', [update, hyper.learningRate])]);
  graph.output('nextParams', nextParams, [layout.paramCount]);
  graph.output('nextVelocity', nextVelocity, [layout.paramCount]);
  const batchStats = pack(graph, pass.batchStats, layout.stats);
  graph.output('nextStats', movingAverage(graph, stats, batchStats, hyper.statDecay), [layout.statCount]);
  if (options.ema) {
    const ema = graph.input('ema', [layout.paramCount]);
    graph.output('nextEma', movingAverage(graph, ema, nextParams, hyper.emaDecay), [layout.paramCount]);
  }
  graph.output('loss', loss, [1]);
  graph.output('correct', countCorrect(graph, logits, label), [1]);
  return graph.encode();
}

/** Evaluation with running statistics: `image` [batch, C, H, W], `params` [P], `stats` [S] to `logits` [batch, classes]. */
export function buildEvaluation(network: Network, layout: Layout, lowering: Lowering, batch: number): Uint8Array {
  const graph = new OnnxGraph();
  const pass = new Differentiation(network, lowering, {
    graph,
    batch,
    mode: 'evaluate',
    image: graph.input('image', [batch, ...network.nodes[0]!.shape]),
    params: unpack(graph, graph.input('params', [layout.paramCount]), layout.params),
    stats: unpack(graph, graph.input('stats', [layout.statCount]), layout.stats),
    masks: new Map(),
  });
  graph.output('logits', pass.forward(), [batch, network.classes]);
  return graph.encode();
}

function splitHyper(graph: OnnxGraph): Record<(typeof HYPER)[number], Value> {
  const hyper = graph.input('hyper', [HYPER.length]);
  const parts = graph.addMany('Split', [hyper, graph.ints(HYPER.map(() => 1))], HYPER.length, { axis: 0 });
  return Object.fromEntries(HYPER.map((name, i) => [name, parts[i]!])) as Record<(typeof HYPER)[number], Value>;
}

function maskInputs(graph: OnnxGraph, network: Network, { batch, dropout, dropPath }: StepOptions): Map<string, Value> {
  const masks = new Map<string, Value>();
  if (dropout) {
    const mask = graph.input('dropout', [batch, dropoutFeatures(network), 1, 1]);
    for (const { name, op } of network.nodes) if (op.kind === 'dropout') masks.set(name, mask);
  }
  const paths = dropPathNodes(network);
  if (dropPath && paths.length > 0) {
    const all = graph.input('dropPath', [paths.length, batch]);
    const rows = graph.addMany('Split', [all, graph.ints(paths.map(() => 1))], paths.length, { axis: 0 });
    paths.forEach(({ name }, i) => masks.set(name, graph.add('Reshape', [rows[i]!, graph.ints([batch, 1, 1, 1])])));
  }
  return masks;
}

/** A flat vector as named tensors. */
function unpack(graph: OnnxGraph, flat: Value, slots: readonly Slot[]): Map<string, Value> {
  const parts = graph.addMany('Split', [flat, graph.ints(slots.map(({ size }) => size))], slots.length, { axis: 0 });
  return new Map(
    slots.map(({ name, shape }, i) => [
      name,
      shape.length === 1 ? parts[i]! : graph.add('Reshape', [parts[i]!, graph.ints(shape)]),
    ]),
  );
}

/** Named tensors as a flat vector. */
function pack(graph: OnnxGraph, values: ReadonlyMap<string, Value>, slots: readonly Slot[]): Value {
  const parts = slots.map(({ name, size }) => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`Expected a value for ${name} after the backward pass, got none`);
    return graph.add('Reshape', [value, graph.ints([size])]);
  });
  return graph.add('Concat', parts, { axis: 0 });
}

function withWeightDecay(graph: OnnxGraph, gradients: Value, params: Value, layout: Layout, weightDecay: Value): Value {
  const sizes = graph.ints([layout.decayingCount, layout.paramCount - layout.decayingCount]);
  const [decaying, rest] = graph.addMany('Split', [gradients, sizes], 2, { axis: 0 });
  const [weights] = graph.addMany('Split', [params, sizes], 2, { axis: 0 });
  return graph.add('Concat', [graph.add('Add', [decaying!, graph.add('Mul', [weights!, weightDecay])]), rest!], {
    axis: 0,
  });
}

function movingAverage(graph: OnnxGraph, old: Value, fresh: Value, decay: Value): Value {
  // old + (1 - decay) * (fresh - old): exact where both are equal, whatever the decay.
  const step = graph.add('Sub', [graph.scalar(1), decay]);
  return graph.add('Add', [old, graph.add('Mul', [graph.add('Sub', [fresh, old]), step])]);
}

/** Cross-entropy against (1 - s) one-hot + s / classes; `gradient` is that of the mean loss. */
function crossEntropy(
  graph: OnnxGraph,
  logits: Value,
  label: Value,
  batch: number,
  classes: number,
  smoothing: Value,
): { loss: Value; gradient: Value } {
  const logProbability = graph.add('LogSoftmax', [logits], { axis: 1 });
  const oneHot = graph.add('OneHot', [label, graph.ints([classes], []), graph.floats([0, 1])], { axis: 1 });
  const certain = graph.add('Mul', [oneHot, graph.add('Sub', [graph.scalar(1), smoothing])]);
  const target = graph.add('Add', [certain, graph.add('Mul', [smoothing, graph.scalar(1 / classes)])]);
  const perImage = graph.add('Mul', [
    graph.add('ReduceSum', [graph.add('Mul', [logProbability, target])], { keepdims: 0 }),
    graph.scalar(-1 / batch),
  ]);
  const difference = graph.add('Sub', [graph.add('Exp', [logProbability]), target]);
  return {
    loss: graph.add('Reshape', [perImage, graph.ints([1])]),
    gradient: graph.add('Mul', [difference, graph.scalar(1 / batch)]),
  };
}

function countCorrect(graph: OnnxGraph, logits: Value, label: Value): Value {
  const best = graph.add('ArgMax', [logits], { axis: 1, keepdims: 0 });
  // CAST to float (data type 1).
  const hits = graph.add('Cast', [graph.add('Equal', [best, label])], { to: 1 });
  return graph.add('Reshape', [graph.add('ReduceSum', [hits], { keepdims: 0 }), graph.ints([1])]);
}
