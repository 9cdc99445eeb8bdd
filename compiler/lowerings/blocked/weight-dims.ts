import type { NodeOf } from '../../../models/index.ts';
import type { LoweringContext } from '../rule.ts';
import { blockedDims } from './tensor.ts';

/** The network's first convolution reads the image, whose few channels are not in blocks. */
export function isStem(context: LoweringContext, node: NodeOf<'conv'>): boolean {
  return !context.needsGradient(node.inputs[0]!);
}

/** [O, I, k, k] as stored: both rounded up, but for the channels of an image. */
export function weightDimsOf(context: LoweringContext, node: NodeOf<'conv'>): number[] {
  const input = context.shapeOf(node.inputs[0]!);
  const [, filters] = blockedDims(node.shape, 1, context.block);
  const [, channels] = blockedDims(input, 1, isStem(context, node) ? 1 : context.block);
  return [filters, channels, ...node.op.kernel];
}

/** Of a convolution that this lowering has a rule for: the same along both axes. */
export function windowOf({ op }: NodeOf<'conv'>): { kernel: number; stride: number; pad: number } {
  const [kernel, stride] = [op.kernel[0]!, op.stride[0]!];
  return { kernel, stride, pad: (kernel - 1) / 2 };
}
