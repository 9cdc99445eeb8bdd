import { sizeOf } from '../../../../models/index.ts';
import type { Apply } from '../surroundings.ts';
import type { Tensor2D } from '../tf.ts';

/** To logits [batch, classes]. */
export const dense: Apply<'dense'> = ({ tf, param, shapeOf }, node, x) => {
  const input = shapeOf(node.inputs[0]!);
  // In the network's order, channels before positions.
  const ordered = sizeOf(input) === input.channels ? x : tf.transpose(x, [0, 3, 1, 2]);
  const flat = tf.reshape(ordered, [-1, sizeOf(input)]) as Tensor2D;
  const product = tf.matMul(flat, param(`${node.name}.weight`), false, true);
  return tf.add(product, param(`${node.name}.bias`));
};
