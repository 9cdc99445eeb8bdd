import type { Network } from '../../../models/index.ts';
import { Differentiation } from './differentiate.ts';
import { partsOf, type Layout } from './layout.ts';
import type { Lowering } from './lowering/rule.ts';
import { OnnxGraph } from './onnx-graph.ts';
import { movingAverage, pack, updatePart } from './optimiser.ts';
import { maskInputs, partInputs, splitHyper, unpack, unpackParts, type StepOptions } from './step-inputs.ts';

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
  const { batch } = options;
  const image = graph.input('image', [batch, ...network.nodes[0]!.shape]);
  const label = graph.input('label', [batch], lowering.loss.labels);
  const statDims = lowering.vectorDims(layout.statCount);
  const stats = graph.input('stats', statDims);
  const hyper = splitHyper(graph);
  const params = partInputs(graph, 'params', layout, lowering);
  const pass = new Differentiation(network, lowering, {
    graph,
    batch,
    mode: 'train',
    image,
    params: unpackParts(graph, lowering, params, layout),
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

  for (const part of partsOf(layout))
    updatePart(graph, lowering, part, { ...options, hyper, gradients: pass.gradients, params });
  const batchStats = pack(graph, pass.batchStats, layout.stats, statDims);
  const nextStats = movingAverage(graph, stats, batchStats, hyper.statDecay);
  graph.output('nextStats', nextStats, statDims);
  graph.output('loss', loss, [1]);
  graph.output('correct', lowering.loss.countCorrect(graph, logits, label, batch, network.classes), [1]);
  return graph.encode();
}

/** Evaluation with running statistics: `image`, `params.P` and `stats` as above to `logits` [batch, classes]. */
export function buildEvaluation(network: Network, layout: Layout, lowering: Lowering, batch: number): Uint8Array {
  const graph = new OnnxGraph();
  const pass = new Differentiation(network, lowering, {
    graph,
    batch,
    mode: 'evaluate',
    image: graph.input('image', [batch, ...network.nodes[0]!.shape]),
    params: unpackParts(graph, lowering, partInputs(graph, 'params', layout, lowering), layout),
    stats: unpack(graph, lowering, graph.input('stats', lowering.vectorDims(layout.statCount)), layout.stats),
    masks: new Map(),
  });
  graph.output('logits', pass.forward(), [batch, network.classes]);
  return graph.encode();
}
