import type { Rule } from '../rule.ts';

export const input: Rule<'input'> = {
  forward: (_context, _node, [image]) => image!,
  backward: () => [],
};
