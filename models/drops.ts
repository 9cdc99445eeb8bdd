import { elements, type Network } from './graph.ts';

/** Nodes that drop paths, in the order of the rows of a batch's `dropPath`. */
export function dropPathNodes(network: Network): { name: string; share: number }[] {
  return network.nodes.flatMap(({ name, op }) => (op.kind === 'drop-path' ? [{ name, share: op.share }] : []));
}

/** Features before the classifier: the width of a batch's `dropout`. */
export function dropoutFeatures(network: Network): number {
  const node = network.nodes.find(({ op }) => op.kind === 'dropout');
  return node === undefined ? 0 : elements(node.shape);
}
