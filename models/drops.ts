import { isA, type Network } from './graph.ts';
import { sizeOf } from './shape.ts';

/** Nodes that drop paths, in the order of the rows of a batch's `dropPath`. */
export function dropPathNodes(network: Network): { name: string; share: number }[] {
  return network.nodes.flatMap((node) => (isA('drop-path', node) ? [{ name: node.name, share: node.op.share }] : []));
}

/** Features before the classifier: the width of a batch's `dropout`. */
export function dropoutFeatures(network: Network): number {
  const node = network.nodes.find(({ op }) => op.kind === 'dropout');
  return node === undefined ? 0 : sizeOf(node.shape);
}
