import type { NodeOf, OpKind, Shape } from '../../../models/index.ts';
import type { Rule } from '../rule.ts';

export interface Surroundings<K extends OpKind> {
  readonly node: NodeOf<K>;
  readonly inputs: readonly Shape[];
  /** Whether it makes the logits. */
  readonly isLast: boolean;
}

/** A rule of the blocked lowering. Nodes that it does not support take the portable rule. */
export interface BlockedRule<K extends OpKind> extends Rule<K> {
  /** @defaultValue every node */
  readonly supports?: (at: Surroundings<K>) => boolean;
}

export function hasOnePosition({ spatial }: Shape): boolean {
  return spatial.every((side) => side === 1);
}
