import type { NodeOf } from '../../../../models/index.ts';
import type { Apply } from '../surroundings.ts';
import type { Tensor4D, Tf } from '../tf.ts';

export const conv: Apply<'conv'> = ({ tf, param, shapeOf }, node, x) => {
  const { op } = node;
  const weight = param(`${node.name}.weight`) as Tensor4D;
  const { channels } = shapeOf(node.inputs[0]!);
  // At stride 2 `same` would pad an even side at its end only.
  const isSame = op.stride.every((step) => step === 1);
  const [top, left] = op.kernel.map((side) => (side - 1) / 2) as [number, number];
  const isPadded = isSame || (top === 0 && left === 0);
  const borders: [number, number][] = [
    [0, 0],
    [top, top],
    [left, left],
    [0, 0],
  ];
  const y = inGroups(tf, op, channels, isPadded ? x : tf.pad(x, borders), weight, isSame ? 'same' : 'valid');
  return op.bias ? tf.add(y, param(`${node.name}.bias`)) : y;
};

/** TensorFlow.js convolves in one group, or in as many as channels. */
function inGroups(
  tf: Tf,
  { groups, filters, kernel, stride }: NodeOf<'conv'>['op'],
  channels: number,
  x: Tensor4D,
  weight: Tensor4D,
  pad: 'same' | 'valid',
): Tensor4D {
  const strides = [stride[0]!, stride[1]!] as [number, number];
  if (groups === 1) return tf.conv2d(x, weight, strides, pad);
  if (groups === channels) {
    const perChannel = [kernel[0]!, kernel[1]!, channels, filters / groups] as [number, number, number, number];
    return tf.depthwiseConv2d(x, tf.reshape(weight, perChannel), strides, pad);
  }
  // One group's input channels, and of the weight its filters.
  const [parts, weights] = [tf.split(x, groups, 3), tf.split(weight, groups, 3)] as [Tensor4D[], Tensor4D[]];
  return tf.concat(
    parts.map((part, group) => tf.conv2d(part, weights[group]!, strides, pad)),
    3,
  );
}
