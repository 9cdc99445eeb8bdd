import type { Apply } from '../surroundings.ts';

/**
 * 2x2, stride 2. An odd side is padded with zeros and the edge's sums are divided by what is there: backends differ in
 * what they make of a window that hangs over.
 */
export const avgPool: Apply<'avg-pool'> = ({ tf, shapeOf }, node, x) => {
  const [height, width] = shapeOf(node.inputs[0]!).spatial as [number, number];
  const [rows, columns] = node.shape.spatial as [number, number];
  if (height % 2 === 0 && width % 2 === 0) return tf.avgPool(x, 2, 2, 'valid');
  const whole = tf.pad(x, [
    [0, 0],
    [0, 2 * rows - height],
    [0, 2 * columns - width],
    [0, 0],
  ]);
  const share = Float32Array.from({ length: rows * columns }, (_, i) => {
    const there = Math.min(2, height - 2 * Math.floor(i / columns)) * Math.min(2, width - 2 * (i % columns));
    return 4 / there;
  });
  return tf.mul(tf.avgPool(whole, 2, 2, 'valid'), tf.tensor4d(share, [1, rows, columns, 1]));
};
