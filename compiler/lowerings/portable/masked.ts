import type { Node } from '../../../models/index.ts';
import type { Value } from '../../onnx/onnx-graph.ts';
import type { LoweringContext } from '../rule.ts';

/** The mask holds 0 or 1 / keep, so that the expected output is the input. */
export function masked(context: LoweringContext, node: Node, value: Value): Value {
  const mask = context.mask(node);
  return mask === undefined ? value : context.graph.add('Mul', [value, mask]);
}
