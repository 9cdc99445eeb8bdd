import type { Apply } from '../surroundings.ts';

export const dropped: Apply<'dropout' | 'drop-path'> = ({ tf, mask }, node, x) => {
  const factors = mask(node);
  // A tensor of its own even so: whoever disposes of one must not dispose of the other.
  return factors === undefined ? tf.clone(x) : tf.mul(x, factors);
};
