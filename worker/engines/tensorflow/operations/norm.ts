import { NORM_EPSILON } from '../../../../models/index.ts';
import type { Apply } from '../surroundings.ts';
import type { Tensor1D } from '../tf.ts';

export const norm: Apply<'norm'> = ({ tf, mode, param, stat, batchStat }, node, x) => {
  const [scale, shift] = [param(`${node.name}.scale`), param(`${node.name}.shift`)] as [Tensor1D, Tensor1D];
  const names = [`${node.name}.mean`, `${node.name}.variance`] as const;
  if (mode === 'evaluate') {
    const [mean, variance] = names.map(stat) as [Tensor1D, Tensor1D];
    return tf.batchNorm(x, mean, variance, shift, scale, NORM_EPSILON);
  }
  const axes = [0, 1, 2];
  const mean = tf.mean(x, axes) as Tensor1D;
  const variance = tf.mean(tf.square(tf.sub(x, mean)), axes) as Tensor1D;
  const count = x.size / node.shape.channels;
  batchStat(names[0], mean);
  // The running variance is the unbiased one, as PyTorch keeps it.
  batchStat(names[1], tf.mul(variance, count > 1 ? count / (count - 1) : 1));
  return tf.batchNorm(x, mean, variance, shift, scale, NORM_EPSILON);
};
