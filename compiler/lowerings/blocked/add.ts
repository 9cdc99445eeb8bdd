import type { OnnxGraph, Value } from '../../onnx/onnx-graph.ts';
import type { Rule } from '../rule.ts';
import { blockedDims, type Dims } from './tensor.ts';
import { addTo, affine, deferConv } from './write-conv.ts';

export const add: Rule<'add'> = {
  forward({ graph, batch, block }, node, [a, b]) {
    return (
      addTo(graph, a!, b!) ?? addTo(graph, b!, a!) ?? identityPlus(graph, blockedDims(node.shape, batch, block), a!, b!)
    );
  },
  backward: (_context, _node, dy) => [dy, dy],
};

/** A sum in the form of a convolution, so that it can take a ReLU with it. */
function identityPlus(graph: OnnxGraph, dims: Dims, a: Value, b: Value): Value {
  const ones = graph.floats(new Float32Array(dims[1]).fill(1), [dims[1], 1, 1, 1]);
  return deferConv(graph, { ...affine(dims, a, ones), sum: b });
}
