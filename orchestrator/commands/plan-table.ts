import { COSTS, formatAmount, formatSeconds, printed, scalingAxes } from '../../contract/index.ts';
import type { AxisValue, Cell, Grid, PlannedTrial, PlanTotals } from '../../grids/index.ts';
import type { Io } from '../cli/io.ts';
import { formatTable, type Column } from '../cli/table.ts';
import { countOf, grouped } from '../progress/words.ts';
import { totalsLines } from './plan-lines.ts';
import { PlanSetting } from './plan-setting.ts';
import type { PlanView } from './plan-view.ts';

interface CellRow {
  readonly planned: PlannedTrial;
  seeds: number;
  done: number;
  seconds: number;
}

interface AxisShare {
  readonly axis: string;
  readonly value: AxisValue;
  trials: number;
  trainFlops: number;
}

/**
 * A plan for people: the first cells with their cost, what each value of each axis costs, what was cut, and the sums.
 *
 * @param most cells shown; the others are summed up.
 */
export function printPlanTable(view: PlanView, most: number, io: Io): void {
  const { planned, place, tally, left } = view;
  const { grid } = planned;
  const rows: CellRow[] = [];
  const shares = new Map<string, AxisShare>();
  const setting = new PlanSetting(planned, place);
  let cells = 0;
  let firstCell: Cell | undefined;
  let lastCell: Cell | undefined;
  const varied = new Set<string>();
  for (const item of planned.items) {
    tally.add(item);
    if (item.kind === 'excluded') continue;
    if (item.cell !== lastCell) {
      cells++;
      firstCell ??= item.cell;
      for (const axis in item.cell) if (item.cell[axis] !== firstCell[axis]) varied.add(axis);
      if (rows.length < most) rows.push({ planned: item, seeds: 0, done: 0, seconds: 0 });
    }
    lastCell = item.cell;
    setting.add(item);
    const isDone = left.add(item) === 'done';
    const row = rows.at(-1);
    if (row?.planned.cell === item.cell) {
      row.seeds++;
      row.done += isDone ? 1 : 0;
      row.seconds += left.secondsOf(item);
    }
    addShares(shares, grid, item);
  }
  const totals = tally.totals();
  const remaining = left.totals();
  const axes = axesOf(grid);
  const fixed = axes.filter((axis) => !varied.has(axis)).map((axis) => `${axis} ${firstCell?.[axis]}`);
  io.out(`${grid.name}: ${grid.question}\n${setting.words()}\n`);
  if (fixed.length > 0) io.out(`Throughout: ${fixed.join(', ')}\n`);
  const shown = axes.filter((axis) => varied.has(axis));
  io.out(formatTable(rows, cellColumns(shown, rows, remaining.done > 0), io.width));
  if (cells > rows.length) {
    io.out(`and ${countOf(cells - rows.length, 'more cell')} (--rows N shows more, --json all)\n`);
    io.out(formatTable(byAxis(shares, grid), shareColumns(totals)));
  }
  const whose = setting.costWords();
  const lines = [...totalsLines(totals, remaining, place), ...(whose === undefined ? [] : [whose])];
  io.out(`\n${lines.join('\n')}`);
}

function addShares(shares: Map<string, AxisShare>, grid: Grid, { cell, cost }: PlannedTrial): void {
  for (const axis of Object.keys(grid.axes)) {
    const value = cell[axis];
    if (value === undefined) continue;
    const key = `${axis}=${value}`;
    let share = shares.get(key);
    if (share === undefined) shares.set(key, (share = { axis, value, trials: 0, trainFlops: 0 }));
    share.trials++;
    share.trainFlops += cost.trainFlops;
  }
}

/** In the order in which the grid names the axes and their values. */
function byAxis(shares: ReadonlyMap<string, AxisShare>, grid: Grid): AxisShare[] {
  return Object.entries(grid.axes).flatMap(([axis, values]) =>
    values.flatMap((value) => shares.get(`${axis}=${value}`) ?? []),
  );
}

/** Those that scale, then the others that the grid varies. */
function axesOf(grid: Grid): string[] {
  return [...new Set([...scalingAxes, ...Object.keys(grid.axes)])];
}

function cellColumns(axes: readonly string[], rows: readonly CellRow[], isBegun: boolean): Column<CellRow>[] {
  // A trainer need not say what its networks' activations are.
  const isSaid = ({ name }: (typeof COSTS)[number]): boolean => rows.some(({ planned }) => planned.cost[name] !== null);
  return [
    ...axes.map((axis) => ({
      head: axis,
      value: ({ planned }: CellRow) => String(planned.cell[axis] ?? ''),
    })),
    { head: 'seeds', value: ({ seeds }) => seeds },
    ...(isBegun ? [{ head: 'done', value: ({ done }: CellRow) => done }] : []),
    ...COSTS.filter(isSaid).map(costColumn),
    { head: 'predicted', value: ({ seconds }) => formatSeconds(seconds) },
  ];
}

/** What a narrow terminal leaves out first. */
const RANKS: Readonly<Record<string, number>> = { activations: 1, params: 2, memoryBytes: 3, trainFlops: 4 };

/** Train FLOPs are those of all the cell's seeds. */
function costColumn({ name, head, print }: (typeof COSTS)[number]): Column<CellRow> {
  const rank = RANKS[name];
  return {
    ...(rank === undefined ? {} : { rank }),
    // A worker's process takes more: that is what a report compares with what was measured.
    head: name === 'memoryBytes' ? 'step memory' : head,
    value: ({ planned, seeds }) => {
      const cost = planned.cost[name];
      return cost === null ? '' : printed(print, cost * (name === 'trainFlops' ? seeds : 1), 'terminal');
    },
  };
}

function shareColumns(totals: PlanTotals): Column<AxisShare>[] {
  return [
    { head: 'axis', value: ({ axis }) => axis, align: 'left' },
    { head: 'value', value: ({ value }) => String(value) },
    { head: 'trials', value: ({ trials }) => grouped(trials) },
    { head: 'train FLOPs', value: ({ trainFlops }) => formatAmount(trainFlops) },
    { head: 'share', value: ({ trainFlops }) => `${((100 * trainFlops) / totals.trainFlops).toFixed(1)} %` },
  ];
}
