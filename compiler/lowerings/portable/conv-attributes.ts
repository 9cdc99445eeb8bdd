import { elements, type OpOf } from '../../../models/index.ts';
import type { Attributes } from '../../onnx/onnx-graph.ts';

/** Of ONNX's `Conv` and `ConvTranspose`. */
export function convAttributes({ kernel, stride, groups }: OpOf<'conv'>): Attributes {
  const pads = padding(kernel);
  const attributes = { kernel_shape: kernel, pads: [...pads, ...pads], strides: stride };
  return groups === 1 ? attributes : { ...attributes, group: groups };
}

/** On both sides of each axis. */
export function padding(kernel: readonly number[]): number[] {
  return kernel.map((side) => (side - 1) / 2);
}

/** Whether a convolution looks at one position at a time. */
export function isPointwise({ kernel }: Pick<OpOf<'conv'>, 'kernel'>): boolean {
  return elements(kernel) === 1;
}

export function isStrided({ stride }: Pick<OpOf<'conv'>, 'stride'>): boolean {
  return elements(stride) > 1;
}
