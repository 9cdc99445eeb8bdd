import Table from 'cli-table3';

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
}

/** A table of plain text. Columns are right-aligned, for numbers. */
export function formatTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
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
  const rule = '─'.repeat(Math.max(...lines.map((line) => line.length)));
  return [rule, lines[0], rule, ...lines.slice(1), rule].join('\n');
}
