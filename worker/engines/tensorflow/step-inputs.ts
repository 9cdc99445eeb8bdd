import { type Network, dropoutFeatures, dropPathNodes } from '../../../models/index.ts';
import type { Batch } from '../../training/trainer.ts';
import type { Tensor, Tf } from './tf.ts';

/** Some consecutive images of a batch. */
export interface Range {
  readonly first: number;
  readonly size: number;
}

export interface StepInputs {
  readonly image: Tensor;
  readonly labels: Tensor;
  /** By node name. */
  readonly masks: ReadonlyMap<string, Tensor>;
}

/** The images of a range, with their labels and masks, on the device. */
export function stepInputs(tf: Tf, network: Network, batch: Batch, { first, size }: Range): StepInputs {
  const { images, labels } = batch;
  const pixels = images.length / labels.length;
  return {
    image: imageTensor(tf, network, images.subarray(first * pixels, (first + size) * pixels)),
    labels: tf.tensor1d(labels.subarray(first, first + size), 'int32'),
    masks: masksOf(tf, network, batch, { first, size }),
  };
}

/** [images, C, H, W], as they arrive, to [images, H, W, C]. */
export function imageTensor(tf: Tf, { nodes }: Network, values: Float32Array): Tensor {
  const { channels, spatial } = nodes[0]!.shape;
  const [height, width] = spatial as [number, number];
  const images = values.length / (channels * height * width);
  return tf.transpose(tf.tensor4d(values, [images, channels, height, width]), [0, 2, 3, 1]);
}

function masksOf(
  tf: Tf,
  network: Network,
  { labels, dropout, dropPath }: Batch,
  { first, size }: Range,
): Map<string, Tensor> {
  const masks = new Map<string, Tensor>();
  if (dropout !== undefined) {
    const features = dropoutFeatures(network);
    const mask = tf.tensor4d(dropout.subarray(first * features, (first + size) * features), [size, 1, 1, features]);
    for (const { name, op } of network.nodes) if (op.kind === 'dropout') masks.set(name, mask);
  }
  if (dropPath !== undefined)
    dropPathNodes(network).forEach(({ name }, row) => {
      const start = row * labels.length + first;
      masks.set(name, tf.tensor4d(dropPath.subarray(start, start + size), [size, 1, 1, 1]));
    });
  return masks;
}
