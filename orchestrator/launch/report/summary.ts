import { budgetText, type Budget } from '../../../contract/index.ts';
import { best, type Best, type CellResult, type SqliteStore, type SweepRecord } from '../../../results/index.ts';
import { axisColumn, cellColumns } from '../../cli/cell-table.ts';
import { formatTable } from '../../cli/table.ts';

/** The best cell of a sweep under each of its grid's budgets, or without a budget where the grid has none. */
export function bestPerBudget(store: SqliteStore, sweep: SweepRecord): Best[] {
  const budgets: Budget[] = Object.entries(sweep.budgets).flatMap(([axis, limits]) =>
    limits.map((limit) => ({ [axis]: limit })),
  );
  return (budgets.length === 0 ? [{}] : budgets).map((budget) => best(store, { sweep: sweep.id, budget }));
}

export function summaryText(bests: readonly Best[], width?: number): string {
  const found = bests.flatMap((answer) =>
    answer.best === null ? [] : [{ ...answer.best, budget: answer.budget, near: answer.withinNoiseTotal }],
  );
  const none = bests
    .filter(({ best }) => best === null)
    .map(({ budget }) => `No cell with ${budgetText(budget)} has a result.`);
  if (found.length === 0) return none.join('\n');
  const others = [...new Set(found.flatMap(({ axes }) => Object.keys(axes)))];
  const table = formatTable<CellResult & { budget: Budget; near: number }>(
    found,
    [
      { head: 'best with', value: ({ budget }) => budgetText(budget), align: 'left' },
      ...cellColumns().filter(({ head }) => head !== 'params' && head !== 'train FLOPs'),
      ...others.map((axis) => axisColumn(axis, found)),
      { head: 'within noise', value: ({ near, interval }) => (interval === null ? '-' : near), rank: 6 },
    ],
    width,
  );
  return [table, ...none].join('\n');
}
