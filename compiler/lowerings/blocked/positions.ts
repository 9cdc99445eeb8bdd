import { elements, type Shape } from '../../../models/index.ts';
import type { Value } from '../../onnx/onnx-graph.ts';
import type { LoweringContext } from '../rule.ts';
import { blockedDims, reshape } from './tensor.ts';

/** [C / b, H * W, N * b]. */
export function positions({ graph, batch, block }: LoweringContext, value: Value, shape: Shape): Value {
  const [, channels] = blockedDims(shape, batch, block);
  return reshape(graph, value, [channels / block, elements(shape.spatial), batch * block]);
}
