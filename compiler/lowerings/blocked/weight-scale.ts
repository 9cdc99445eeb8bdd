import { elements } from '../../../models/index.ts';
import type { OnnxGraph, Value } from '../../onnx/onnx-graph.ts';
import { affine, writeConv } from './write-conv.ts';
import { reshape } from './tensor.ts';

/** Multiplies all that belongs to a filter: one pass of a depthwise convolution over its numbers. */
export function scaleWeights(
  graph: OnnxGraph,
  weight: Value,
  shape: readonly number[],
  scale: Value | undefined,
): Value {
  if (scale === undefined) return weight;
  const dims = [1, shape[0]!, 1, elements(shape) / shape[0]!] as const;
  return reshape(graph, writeConv(graph, affine(dims, reshape(graph, weight, dims), scale)), shape);
}
