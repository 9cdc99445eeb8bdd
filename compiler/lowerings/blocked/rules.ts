/**
 * The operations that the blocked lowering computes in NCHWc: one file and one line here for each. All others, and nodes that a rule does
 * not support, take the portable rule, with their values brought to the plain layout and back.
 */
import { type Network, type OpKind, inputShapes } from '../../../models/index.ts';
import { activation } from './activation.ts';
import { add } from './add.ts';
import { avgPool } from './avg-pool.ts';
import type { BlockedRule } from './blocked-rule.ts';
import { channelScale } from './channel-scale.ts';
import { conv } from './conv.ts';
import { dense } from './dense.ts';
import { dropPath } from './drop-path.ts';
import { dropout } from './dropout.ts';
import { globalPool } from './global-pool.ts';
import { input } from './input.ts';
import { maxPool } from './max-pool.ts';
import { norm } from './norm.ts';

export const blockedRules: { readonly [K in OpKind]?: BlockedRule<K> } = {
  input,
  conv,
  norm,
  activation,
  add,
  'channel-scale': channelScale,
  'max-pool': maxPool,
  'avg-pool': avgPool,
  'global-pool': globalPool,
  dropout,
  'drop-path': dropPath,
  dense,
};

/** Ids of the nodes that take the portable rule in the blocked lowering. */
export function plainNodesOf(network: Network): ReadonlySet<number> {
  const { nodes } = network;
  const isBlocked = (node: (typeof nodes)[number]): boolean => {
    // A rule takes the node of its own kind; the lookup is by that kind.
    const rule = blockedRules[node.op.kind] as BlockedRule<OpKind> | undefined;
    // The image is not in blocks, and only a convolution knows how it lies.
    const readsImage = node.inputs.some((id) => nodes[id]!.op.kind === 'input');
    if (rule === undefined || (readsImage && node.op.kind !== 'conv')) return false;
    const isLast = node.id === nodes.length - 1;
    return rule.supports?.({ node, inputs: inputShapes(network, node), isLast }) ?? true;
  };
  return new Set(nodes.filter((node) => !isBlocked(node)).map(({ id }) => id));
}

/** Why a network cannot be trained in the blocked lowering at all, or `undefined`. */
export function whyNotBlocked({ nodes }: Network, plainNodes: ReadonlySet<number>): string | undefined {
  const axes = nodes[0]!.shape.spatial.length;
  if (axes !== 2) return `the blocked layout is for 2 spatial axes, the network has ${axes}`;
  const last = nodes.at(-1)!;
  return plainNodes.has(last.id)
    ? `the blocked layout ends with a dense layer, the network with ${last.op.kind}`
    : undefined;
}
