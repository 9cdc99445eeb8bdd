import type { Network } from '../../../models/index.ts';
import { applyNode } from './apply-node.ts';
import type { Surroundings } from './surroundings.ts';
import type { Tensor } from './tf.ts';

export type Bindings = Omit<Surroundings, 'shapeOf'>;

/**
 * Walks the network's nodes; returns the logits, [batch, classes]. Called inside a `tidy`. In evaluation a value is
 * freed with its last reader, so that memory holds a few layers; in training they are the tape's to keep.
 *
 * @param image [batch, height, width, channels], left to the caller
 */
export function forward({ nodes }: Network, image: Tensor, bindings: Bindings): Tensor {
  const around: Surroundings = { ...bindings, shapeOf: (id) => nodes[id]!.shape };
  const lastReader = new Map(nodes.flatMap(({ id, inputs }) => inputs.map((input) => [input, id])));
  const values: Tensor[] = [];
  for (const node of nodes) {
    const inputs = node.op.kind === 'input' ? [image] : node.inputs.map((id) => values[id]!);
    values.push(applyNode(around, node, inputs));
    if (bindings.mode === 'evaluate')
      for (const id of new Set(node.inputs))
        if (lastReader.get(id) === node.id && values[id] !== image) values[id]!.dispose();
  }
  return values.at(-1)!;
}
