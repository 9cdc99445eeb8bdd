/** What a file lacks that questions need: told when it is imported, and not only when an answer is empty. */
import type { ImportedResult } from '../result-row.ts';

export function missingNotes(results: readonly ImportedResult[], file: string): string[] {
  const has = (name: 'minivalTop1' | 'flops' | 'trainFlops'): boolean => results.some((row) => row[name] != null);
  if (!has('minivalTop1'))
    return [`${file} has test accuracies alone: they are reported, and nothing is chosen on them (minivalTop1 is).`];
  if (!has('flops') && !has('trainFlops'))
    return [
      `${file} has no \`flops\`: budgets, the Pareto front and comparisons at matched FLOPs leave its cells out.`,
    ];
  return [];
}
