import type { LossRule } from './standard-loss.ts';
import type { OnnxGraph, Value } from '../onnx/onnx-graph.ts';

/**
 * The same loss for devices. ONNX Runtime's WebGPU provider (1.30) has neither `LogSoftmax` nor `OneHot`, and 64-bit
 * integers only as indices of its own: labels come as floats, exact up to 2^24 classes, and everything is arithmetic.
 */
export const elementaryLoss: LossRule = {
  labels: 'float',

  crossEntropy(graph, logits, label, batch, classes, smoothing) {
    const axis = graph.ints([1]);
    const shifted = graph.add('Sub', [logits, graph.add('ReduceMax', [logits, axis], { keepdims: 1 })]);
    const sum = graph.add('ReduceSum', [graph.add('Exp', [shifted]), axis], { keepdims: 1 });
    const logProbability = graph.add('Sub', [shifted, graph.add('Log', [sum])]);
    const certain = graph.add('Mul', [
      oneHot(graph, label, batch, classes),
      graph.add('Sub', [graph.scalar(1), smoothing]),
    ]);
    const target = graph.add('Add', [certain, graph.add('Mul', [smoothing, graph.scalar(1 / classes)])]);
    const products = graph.add('Mul', [logProbability, target]);
    const total = graph.add('ReduceSum', [products, graph.ints([0, 1])], { keepdims: 0 });
    const difference = graph.add('Sub', [graph.add('Exp', [logProbability]), target]);
    return {
      loss: graph.add('Reshape', [graph.add('Mul', [total, graph.scalar(-1 / batch)]), graph.ints([1])]),
      gradient: graph.add('Mul', [difference, graph.scalar(1 / batch)]),
    };
  },

  countCorrect(graph, logits, label, batch, classes) {
    const axis = graph.ints([1]);
    const largest = graph.add('ReduceMax', [logits, axis], { keepdims: 1 });
    // Of equal logits the first counts, as with ArgMax: the smallest class among the largest.
    const isLargest = graph.add('Equal', [logits, largest]);
    const candidates = graph.add('Where', [isLargest, classNumbers(graph, classes), graph.scalar(classes)]);
    const best = graph.add('ReduceMin', [candidates, axis], { keepdims: 0 });
    const hits = graph.add('Where', [graph.add('Equal', [best, label]), graph.scalar(1), graph.scalar(0)]);
    return graph.add('ReduceSum', [hits, graph.ints([0])], { keepdims: 1 });
  },
};

function oneHot(graph: OnnxGraph, label: Value, batch: number, classes: number): Value {
  const column = graph.add('Reshape', [label, graph.ints([batch, 1])]);
  const isClass = graph.add('Equal', [column, classNumbers(graph, classes)]);
  return graph.add('Where', [isClass, graph.scalar(1), graph.scalar(0)]);
}

/** [1, classes]: 0, 1, 2 ... */
function classNumbers(graph: OnnxGraph, classes: number): Value {
  return graph.floats(
    Array.from({ length: classes }, (_, k) => k),
    [1, classes],
  );
}
