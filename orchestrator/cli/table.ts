import Table from 'cli-table3';
import { displayWidth } from './display-width.ts';

/** Rules above, below and under the head only, as in papers. */
const BARE = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

export interface Column<Row> {
  readonly head: string;
  readonly value: (row: Row) => string | number;
  /** @defaultValue 'right' */
  readonly align?: 'left' | 'right';
  /** Left out where the terminal is too narrow, the lowest first. A column without a rank stays. */
  readonly rank?: number;
}

/**
 * A table of plain text. Columns are right-aligned, for numbers.
 *
 * @param width of the terminal; without one, the table has all columns.
 */
export function formatTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[], width = Infinity): string {
  const gone = new Set<Column<Row>>();
  const drawn = (): string =>
    wholeTable(
      rows,
      columns.filter((column) => !gone.has(column)),
    );
  let table = drawn();
  for (const column of columns.filter(({ rank }) => rank !== undefined).toSorted((a, b) => a.rank! - b.rank!)) {
    if (displayWidth(table.split('\n', 1)[0]!) <= width) break;
    gone.add(column);
    table = drawn();
  }
  if (gone.size === 0) return table;
  return `${table}\nNot shown in ${width} columns: ${[...gone].map(({ head }) => head).join(', ')}`;
}

function wholeTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const table = new Table({
    chars: BARE,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colAligns: columns.map(({ align }) => align ?? 'right'),
  });
  table.push(columns.map(({ head }) => head));
  for (const row of rows) table.push(columns.map(({ value }) => String(value(row))));
  const lines = table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
  const rule = '─'.repeat(Math.max(...lines.map(displayWidth)));
  return [rule, lines[0], rule, ...lines.slice(1), rule].join('\n');
}
