import { COSTS, formatAmount, formatSeconds, printed, scalingAxes } from '../../contract/index.ts';
import type { AxisValue, Cell, Grid, PlanItem, PlannedTrial, PlanTally, PlanTotals } from '../../grids/index.ts';
import type { Io } from '../cli/io.ts';
import { formatTable, type Column } from '../cli/table.ts';
import { countOf, grouped } from '../progress/words.ts';
import type { Predictor } from '../sweep/predictor.ts';

interface PlanTableOptions {
  /** Among which the predicted time is shared. */
  readonly workers: number;
  /** Cells shown; the others are summed up. */
  readonly rows: number;
  readonly predictor: Predictor;
}

interface CellRow {
  readonly planned: PlannedTrial;
  seeds: number;
  seconds: number;
}

interface AxisShare {
  readonly axis: string;
  readonly value: AxisValue;
  trials: number;
  trainFlops: number;
}

/** A plan for people: the first cells with their cost, what each value of each axis costs, what was cut, and the sums. */
export function printPlanTable(
  grid: Grid,
  plan: Iterable<PlanItem>,
  tally: PlanTally,
  options: PlanTableOptions,
  io: Io,
): void {
  const rows: CellRow[] = [];
  const shares = new Map<string, AxisShare>();
  let cells = 0;
  let firstCell: Cell | undefined;
  let lastCell: Cell | undefined;
  let fewestHeldOut = Infinity;
  const varied = new Set<string>();
  for (const item of plan) {
    tally.add(item);
    if (item.kind === 'excluded') continue;
    if (item.cell !== lastCell) {
      cells++;
      firstCell ??= item.cell;
      for (const axis in item.cell) if (item.cell[axis] !== firstCell[axis]) varied.add(axis);
      if (rows.length < options.rows) rows.push({ planned: item, seeds: 0, seconds: 0 });
    }
    lastCell = item.cell;
    fewestHeldOut = Math.min(fewestHeldOut, item.trial.spec.data.minivalImages);
    const row = rows.at(-1);
    if (row?.planned.cell === item.cell) {
      row.seeds++;
      row.seconds += options.predictor.seconds(item.trial.spec, item.cost);
    }
    addShares(shares, grid, item);
  }
  const totals = tally.totals();
  const axes = axesOf(grid);
  const fixed = axes.filter((axis) => !varied.has(axis)).map((axis) => `${axis} ${firstCell?.[axis]}`);
  io.out(`${grid.name}: ${grid.question}\n`);
  if (fixed.length > 0) io.out(`Throughout: ${fixed.join(', ')}\n`);
  io.out(formatTable(rows, cellColumns(axes.filter((axis) => varied.has(axis)))));
  if (cells > rows.length) {
    io.out(`and ${countOf(cells - rows.length, 'more cell')} (--rows N shows more, --json all)\n`);
    io.out(formatTable(byAxis(shares, grid), shareColumns(totals)));
  }
  io.out(`\n${[...totalsLines(totals, options), ...minivalLines(fewestHeldOut)].join('\n')}`);
}

/** Held out, fewer images than this tell cells apart by luck: a step of accuracy is more than half a point. */
const FEW_IMAGES = 200;

function minivalLines(images: number): string[] {
  if (images >= FEW_IMAGES) return [];
  const step =
    images === 0
      ? 'nothing is held out to choose by'
      : `one of them is ${Number((100 / images).toPrecision(2))} points`;
  return [`minival has ${countOf(images, 'image')}: ${step} (data.minivalImages, data.minivalFraction)`];
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

function cellColumns(axes: readonly string[]): Column<CellRow>[] {
  return [
    ...axes.map((axis) => ({
      head: axis,
      value: ({ planned }: CellRow) => String(planned.cell[axis] ?? ''),
    })),
    { head: 'seeds', value: ({ seeds }) => seeds },
    ...COSTS.map(costColumn),
    { head: 'predicted', value: ({ seconds }) => formatSeconds(seconds) },
  ];
}

/** Train FLOPs are those of all the cell's seeds. */
function costColumn({ name, head, print }: (typeof COSTS)[number]): Column<CellRow> {
  return {
    head,
    value: ({ planned, seeds }) => printed(print, planned.cost[name] * (name === 'trainFlops' ? seeds : 1), 'terminal'),
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

function totalsLines(totals: PlanTotals, { workers, predictor }: PlanTableOptions): string[] {
  const lines = [`${countOf(totals.trials, 'trial')}, ${formatAmount(totals.trainFlops)} train FLOPs`];
  if (totals.predictedSeconds !== null) {
    lines.push(
      `about ${formatSeconds(totals.predictedSeconds / workers)} with ${countOf(workers, 'local worker')}, ${predictor.isMeasured ? 'at the pace measured here' : 'before anything is measured'}`,
    );
  }
  if (totals.gpuHours !== null) lines.push(`${gpuHoursText(totals.gpuHours)} GPU-hours`);
  for (const [rule, cut] of Object.entries(totals.excludedBy)) lines.push(`${countOf(cut, 'cell')} cut: ${rule}`);
  return lines;
}

/** Three digits, without an exponent. */
function gpuHoursText(hours: number): string {
  if (hours < 0.01) return 'less than 0.01';
  return hours < 100 ? hours.toPrecision(3) : grouped(Math.round(Number(hours.toPrecision(3))));
}
