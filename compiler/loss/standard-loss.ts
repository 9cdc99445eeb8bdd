import type { OnnxGraph, Value } from '../onnx/onnx-graph.ts';

/** How loss and hits are written, from logits [batch, classes] and labels [batch]. */
export interface LossRule {
  /** The type in which labels are fed. */
  readonly labels: 'int64' | 'float';
  /** Cross-entropy against (1 - s) one-hot + s / classes, [1]; `gradient` is that of the mean loss. */
  crossEntropy(
    graph: OnnxGraph,
    logits: Value,
    label: Value,
    batch: number,
    classes: number,
    smoothing: Value,
  ): { loss: Value; gradient: Value };
  /** Images whose largest logit is the right one, [1]. */
  countCorrect(graph: OnnxGraph, logits: Value, label: Value, batch: number, classes: number): Value;
}

/** With ONNX's own operations. */
export const standardLoss: LossRule = { labels: 'int64', crossEntropy, countCorrect };

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
