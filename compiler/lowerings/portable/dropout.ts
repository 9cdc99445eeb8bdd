import type { Rule } from '../rule.ts';
import { masked } from './masked.ts';

export const dropout: Rule<'dropout'> = {
  forward: (context, node, [x]) => masked(context, node, x!),
  backward: (context, node, dy) => [masked(context, node, dy)],
};
