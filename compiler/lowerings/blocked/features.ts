import type { Value } from '../../onnx/onnx-graph.ts';
import type { LoweringContext } from '../rule.ts';
import { fromPlain, roundUp, type Dims } from './tensor.ts';

/** [features, N] to NCHWc, for a node with one position. */
export function toFeatures({ graph, block }: LoweringContext, plain: Value, features: number, dims: Dims): Value {
  const missing = roundUp(features, block) - features;
  const whole = missing > 0 ? graph.add('Pad', [plain, graph.ints([0, 0, missing, 0])]) : plain;
  return fromPlain(graph, whole, dims);
}
