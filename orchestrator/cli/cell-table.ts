import { factOf, printed, scalingAxes, type CostName, type ScalingAxis } from '../../contract/index.ts';
import { axisText, type CellResult } from '../../results/index.ts';
import { formatTable, type Column } from './table.ts';

/** Cells with what was measured on them, as every answer shows them. */
export function cellTable(cells: readonly CellResult[], width?: number): string {
  const others = [...new Set(cells.flatMap(({ axes }) => Object.keys(axes)))];
  return formatTable(cells, [...cellColumns(), ...others.map((axis) => axisColumn(axis, cells))], width);
}

export function cellColumns(): Column<CellResult>[] {
  return [
    ...([...scalingAxes, 'flops', 'params', 'trainFlops', 'minivalTop1'] as const).map(factColumn),
    { head: '95 % interval', rank: 3, value: ({ interval }) => intervalText(interval) },
    {
      head: 'seeds',
      rank: 4,
      value: ({ seeds, failedSeeds }) => (failedSeeds === 0 ? seeds : `${seeds} (${failedSeeds} failed)`),
    },
    factColumn('testTop1'),
  ];
}

/** Of costs, FLOPs say the most. */
const RANKS: Readonly<Record<string, number>> = { params: 1, trainFlops: 2, testTop1: 5, flops: 7 };

function factColumn(name: ScalingAxis | CostName | 'minivalTop1' | 'testTop1'): Column<CellResult> {
  const { head, print } = factOf(name);
  const rank = RANKS[name];
  return { head, value: (cell) => printed(print, cell[name], 'terminal'), ...(rank === undefined ? {} : { rank }) };
}

/** Of what else the grid varied. Left out first where the cells agree on it. */
export function axisColumn(axis: string, cells: readonly CellResult[]): Column<CellResult> {
  const isSame = cells.length > 1 && new Set(cells.map(({ axes }) => axisText(axes[axis]))).size === 1;
  return { head: axis, value: ({ axes }) => axisText(axes[axis]), ...(isSame ? { rank: 0 } : {}) };
}

export function intervalText(interval: CellResult['interval']): string {
  if (interval === null) return '-';
  const [low, high] = interval;
  return `${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)}`;
}
