import type { Node, NodeOf, OpKind, Shape } from '../../../models/index.ts';
import type { Tensor, Tensor4D, Tf } from './tf.ts';

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

/** A node's value, from those of its inputs. Gradients are TensorFlow.js's own. */
export type Apply<K extends OpKind> = (
  around: Surroundings,
  node: NodeOf<K>,
  x: Tensor4D,
  other: Tensor4D | undefined,
) => Tensor;

/** So many positions of padding on both sides of rows and columns. */
export function padding(pixels: number): [number, number][] {
  return [
    [0, 0],
    [pixels, pixels],
    [pixels, pixels],
    [0, 0],
  ];
}
