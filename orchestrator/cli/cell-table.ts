import { formatAmount } from '../../contract/index.ts';
import type { CellResult } from '../../results/index.ts';
import { formatTable, type Column } from './table.ts';
import { percent } from '../progress/words.ts';

/** Cells with what was measured on them, as every answer shows them. */
export function cellTable(cells: readonly CellResult[]): string {
  const others = [...new Set(cells.flatMap(({ axes }) => Object.keys(axes)))];
  return formatTable(cells, [...cellColumns(), ...others.map(axisColumn)]);
}

export function cellColumns(): Column<CellResult>[] {
  return [
    { head: 'width', value: ({ width }) => width },
    { head: 'depth', value: ({ depth }) => depth },
    { head: 'resolution', value: ({ resolution }) => resolution },
    { head: 'epochs', value: ({ epochs }) => epochs },
    { head: 'FLOPs', value: ({ flops }) => amountOf(flops) },
    { head: 'params', value: ({ params }) => amountOf(params) },
    { head: 'train FLOPs', value: ({ trainFlops }) => amountOf(trainFlops) },
    { head: 'minival', value: ({ minivalTop1 }) => percent(minivalTop1) },
    { head: '95 % interval', value: ({ interval }) => intervalOf(interval) },
    {
      head: 'seeds',
      value: ({ seeds, failedSeeds }) => (failedSeeds === 0 ? seeds : `${seeds} (${failedSeeds} failed)`),
    },
    { head: 'test', value: ({ testTop1 }) => percent(testTop1) },
  ];
}

function axisColumn(axis: string): Column<CellResult> {
  return { head: axis, value: ({ axes }) => axisText(axes[axis]) };
}

function amountOf(value: number | null): string {
  return value === null ? '-' : formatAmount(value);
}

function intervalOf(interval: CellResult['interval']): string {
  if (interval === null) return '-';
  const [low, high] = interval;
  return `${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)}`;
}

/** The value of an axis that is not one of the four: a number, a name or a switch; a list where a grid varied one. */
export function axisText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
