import type { Tensor, Tensor1D, Tensor2D, Tf } from './tf.ts';

/** Mean cross-entropy against (1 - smoothing) one-hot + smoothing / classes, a scalar. */
export function crossEntropy(tf: Tf, logits: Tensor, labels: Tensor, smoothing: number): Tensor {
  const [, classes] = logits.shape as [number, number];
  const certain = tf.mul(tf.oneHot(labels as Tensor1D, classes, 1, 0, 'float32'), 1 - smoothing);
  const target = tf.add(certain, smoothing / classes);
  return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits as Tensor2D), target), 1)));
}

/** Images whose largest logit is the right one, a scalar. */
export function countCorrect(tf: Tf, logits: Tensor, labels: Tensor): Tensor {
  return tf.sum(tf.cast(tf.equal(tf.argMax(logits, 1), labels), 'float32'));
}
