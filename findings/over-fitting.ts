/** Over-fitting as a finding: the share of cells that over-fit, per schedule. */
import { verdictAgainst, type MeasuredDraft } from './draft.ts';
import { groupBy } from './group-by.ts';
import type { CellRegime } from './regime.ts';
import { wilson } from './wilson.ts';

export function overFitting(regimes: readonly CellRegime[]): MeasuredDraft[] {
  const known = regimes.filter(({ regime }) => regime !== 'unknown');
  const schedules = [...groupBy(known, ({ epochs }) => epochs)].sort(([a], [b]) => a - b);
  return schedules.map(([epochs, cells]) => {
    const over = cells.filter(({ regime }) => regime === 'over-fitting').length;
    const learning = cells.filter(({ regime }) => regime === 'still-learning').length;
    const interval = wilson(over, cells.length);
    return {
      kind: 'measured',
      slug: 'over-fitting',
      question: `Do most cells over-fit at ${epochs} epochs (minival falls from its peak while training still fits)?`,
      axis: 'flops',
      scope: { epochs },
      unit: 'share of cells',
      effect: over / cells.length,
      interval,
      pairs: cells.length,
      p: null,
      verdict: verdictAgainst(interval, 0.5),
      note: `${over} over-fit, ${learning} were still learning at the end, of ${cells.length}.`,
    };
  });
}
