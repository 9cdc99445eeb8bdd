import type { Op, OpKind, OpOf } from './ops/index.ts';
import type { Param, Stat } from './param.ts';
import type { Shape } from './shape.ts';

/**
 * A network as a list of typed nodes with shapes. Cost, training, evaluation and export are all read off it, so that they
 * cannot disagree.
 */
export interface Network {
  readonly nodes: readonly Node[];
  readonly classes: number;
}

export interface Node {
  readonly id: number;
  /** `c3.0.conv2` */
  readonly name: string;
  /** `stem`, `c2` ... `c5`, `head`: what the cost is summed by. */
  readonly stage: string;
  readonly op: Op;
  /** Ids of the nodes it reads; always smaller than its own. */
  readonly inputs: readonly number[];
  /** Of the output, one image. */
  readonly shape: Shape;
  readonly params: readonly Param[];
  /** Running statistics: `<norm>.mean`, `<norm>.variance`. */
  readonly stats: readonly Stat[];
}

export type NodeOf<K extends OpKind> = Node & { readonly op: OpOf<K> };

/** Narrows a node to those of one kind. */
export function isA<K extends OpKind>(kind: K, node: Node): node is NodeOf<K> {
  return node.op.kind === kind;
}

/** The shapes that a node reads. */
export function inputShapes({ nodes }: Pick<Network, 'nodes'>, { inputs }: Node): readonly Shape[] {
  return inputs.map((id) => nodes[id]!.shape);
}
