import type { Rule } from '../rule.ts';

export const add: Rule<'add'> = {
  forward: ({ graph }, _node, [a, b]) => graph.add('Add', [a!, b!]),
  backward: (_context, _node, dy) => [dy, dy],
};
