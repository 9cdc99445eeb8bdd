import type { ActivationFn, Node, OpKind } from '../../../models/index.ts';
import { avgPool } from './operations/avg-pool.ts';
import { conv } from './operations/conv.ts';
import { dense } from './operations/dense.ts';
import { dropped } from './operations/dropped.ts';
import { norm } from './operations/norm.ts';
import { padding, type Apply, type Surroundings } from './surroundings.ts';
import type { Tensor, Tensor4D, Tf } from './tf.ts';

/** Smallest float32: padding that never is the largest. */
const LOWEST = -3.4028234663852886e38;

const activations: Readonly<Record<ActivationFn, (tf: Tf, x: Tensor4D) => Tensor>> = {
  relu: (tf, x) => tf.relu(x),
  swish: (tf, x) => tf.mul(x, tf.sigmoid(x)),
  sigmoid: (tf, x) => tf.sigmoid(x),
};

/** How each operation is computed with TensorFlow.js: one line for each, a file where it takes more. */
const operations: { readonly [K in OpKind]: Apply<K> } = {
  input: (_around, _node, x) => x,
  conv,
  norm,
  activation: ({ tf }, { op }, x) => activations[op.fn](tf, x),
  add: ({ tf }, _node, x, other) => tf.add(x, other!),
  'channel-scale': ({ tf }, _node, x, other) => tf.mul(x, other!),
  'max-pool': ({ tf }, _node, x) => tf.maxPool(tf.pad(x, padding(1), LOWEST), 3, 2, 'valid'),
  'avg-pool': avgPool,
  'global-pool': ({ tf }, _node, x) => tf.mean(x, [1, 2], true),
  dropout: dropped,
  'drop-path': dropped,
  dense,
};

/** A node's value, from those of its inputs. */
export function applyNode(around: Surroundings, node: Node, inputs: readonly Tensor[]): Tensor {
  const { spatial } = node.shape;
  if (spatial.length !== 2)
    throw new RangeError(`Expected 2 spatial axes, ${node.name} has ${spatial.length}: train it with the engine onnx`);
  const [x, other] = inputs as readonly Tensor4D[];
  // The lookup is by the node's own kind.
  const apply = operations[node.op.kind] as Apply<OpKind>;
  return apply(around, node, x!, other);
}
