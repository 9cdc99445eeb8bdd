import { NORM_EPSILON, type Node, type Op, type OpKind, type Shape } from '../../../models/index.ts';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D, Tf } from './tf.ts';

/** What a node may ask for. Activations are [batch, height, width, channels]: TensorFlow's CPU kernels know no other. */
export interface Surroundings {
  readonly tf: Tf;
  readonly mode: 'train' | 'evaluate';
  readonly param: (name: string) => Tensor;
  readonly stat: (name: string) => Tensor;
  /** Takes this batch's statistic, in `train` mode. */
  readonly batchStat: (name: string, value: Tensor) => void;
  /** What the node's values are multiplied by, where something is dropped. */
  readonly mask: (node: Node) => Tensor | undefined;
  /** Of a node's output, one image. */
  readonly shapeOf: (id: number) => Shape;
}

type NodeOf<K extends OpKind> = Node & { readonly op: Extract<Op, { kind: K }> };

/** Smallest float32: padding that never is the largest. */
const LOWEST = -3.4028234663852886e38;

/** A node's value, from those of its inputs. Gradients are TensorFlow.js's own. */
export function applyNode(around: Surroundings, node: Node, inputs: readonly Tensor[]): Tensor {
  const { tf } = around;
  const [x, other] = inputs as [Tensor4D, Tensor4D];
  switch (node.op.kind) {
    case 'input':
      return x;
    case 'conv':
      return conv(around, node as NodeOf<'conv'>, x);
    case 'norm':
      return norm(around, node, x);
    case 'relu':
      return tf.relu(x);
    case 'sigmoid':
      return tf.sigmoid(x);
    case 'add':
      return tf.add(x, other);
    case 'gate':
      return tf.mul(x, other);
    case 'max-pool':
      return tf.maxPool(tf.pad(x, padding(1), LOWEST), 3, 2, 'valid');
    case 'avg-pool':
      return avgPool(around, node, x);
    case 'global-pool':
      return tf.mean(x, [1, 2], true);
    case 'dropout':
    case 'drop-path': {
      const mask = around.mask(node);
      // A tensor of its own even so: whoever disposes of one must not dispose of the other.
      return mask === undefined ? tf.clone(x) : tf.mul(x, mask);
    }
    case 'dense':
      return dense(around, node, x);
  }
}

/** `pixels` of padding on every side. */
function padding(pixels: number): [number, number][] {
  return [
    [0, 0],
    [pixels, pixels],
    [pixels, pixels],
    [0, 0],
  ];
}

function conv({ tf, param }: Surroundings, node: NodeOf<'conv'>, x: Tensor4D): Tensor {
  const { kernel, stride, bias } = node.op;
  const filter = param(`${node.name}.weight`) as Tensor4D;
  const pad = (kernel - 1) / 2;
  // At stride 2 `same` would pad an even side at its end only.
  const y =
    stride === 1 || pad === 0
      ? tf.conv2d(x, filter, stride, stride === 1 ? 'same' : 'valid')
      : tf.conv2d(tf.pad(x, padding(pad)), filter, stride, 'valid');
  return bias ? tf.add(y, param(`${node.name}.bias`)) : y;
}

function norm({ tf, mode, param, stat, batchStat }: Surroundings, node: Node, x: Tensor4D): Tensor {
  const [scale, shift] = [param(`${node.name}.scale`), param(`${node.name}.shift`)] as [Tensor1D, Tensor1D];
  const names = [`${node.name}.mean`, `${node.name}.variance`] as const;
  if (mode === 'evaluate') {
    const [mean, variance] = names.map(stat) as [Tensor1D, Tensor1D];
    return tf.batchNorm(x, mean, variance, shift, scale, NORM_EPSILON);
  }
  const axes = [0, 1, 2];
  const mean = tf.mean(x, axes) as Tensor1D;
  const variance = tf.mean(tf.square(tf.sub(x, mean)), axes) as Tensor1D;
  const count = x.size / node.shape[0];
  batchStat(names[0], mean);
  // The running variance is the unbiased one, as PyTorch keeps it.
  batchStat(names[1], tf.mul(variance, count > 1 ? count / (count - 1) : 1));
  return tf.batchNorm(x, mean, variance, shift, scale, NORM_EPSILON);
}

/**
 * 2x2, stride 2. An odd side is padded with zeros and the edge's sums are divided by what is there: backends differ in
 * what they make of a window that hangs over.
 */
function avgPool({ tf, shapeOf }: Surroundings, node: Node, x: Tensor4D): Tensor {
  const [, height, width] = shapeOf(node.inputs[0]!);
  const [, rows, columns] = node.shape;
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
}

/** [batch, 1, 1, features] to logits [batch, classes]. */
function dense({ tf, param, shapeOf }: Surroundings, node: Node, x: Tensor4D): Tensor {
  const features = shapeOf(node.inputs[0]!)[0];
  const flat = tf.reshape(x, [-1, features]) as Tensor2D;
  const product = tf.matMul(flat, param(`${node.name}.weight`), false, true);
  return tf.add(product, param(`${node.name}.bias`));
}
