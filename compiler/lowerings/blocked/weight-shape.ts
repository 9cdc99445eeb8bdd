import type { LoweringContext, NodeOf } from '../rule.ts';
import { dimsOf } from './tensor.ts';

/** The network's first convolution reads the image, whose few channels are not blocked. */
export function isStem(context: LoweringContext, node: NodeOf<'conv'>): boolean {
  return !context.needsGradient(node.inputs[0]!);
}

/** [O, I, k, k] as stored: both rounded up, but for the channels of an image. */
export function filterShape(context: LoweringContext, node: NodeOf<'conv'>): number[] {
  const input = context.shapeOf(node.inputs[0]!);
  const [, filters] = dimsOf(node.shape, 1, context.block);
  const [, channels] = dimsOf(input, 1, isStem(context, node) ? 1 : context.block);
  return [filters, channels, node.op.kernel, node.op.kernel];
}
