/** Columns that the tables of facts ask for and a store lacks: it is older than their rows. */
import type { Database } from 'better-sqlite3';
import type { Fact, Facts, ScalingFact } from '../../contract/index.ts';
import { UNKNOWN_BUCKET } from './buckets.ts';
import { OWN_METRICS } from './own-metrics.ts';
import { capped, overSeeds } from './sql.ts';

interface Wanted {
  readonly table: 'cells' | 'trials' | 'epochs';
  readonly column: string;
  /** Type and default. */
  readonly form: string;
  /** To be made with the column. */
  readonly index?: string;
}

/** The statements that add them; none for a store that is up to date. */
export function missingColumns(db: Database, facts: Facts): string[] {
  const known = new Map<string, ReadonlySet<string>>();
  const has = ({ table, column }: Wanted): boolean => {
    let columns = known.get(table);
    if (columns === undefined) known.set(table, (columns = columnsOf(db, table)));
    return columns.has(column);
  };
  return wanted(facts)
    .filter((each) => !has(each))
    .flatMap(({ table, column, form, index }) => [
      `ALTER TABLE ${table} ADD COLUMN ${column} ${form}`,
      ...(index === undefined ? [] : [index]),
    ]);
}

function columnsOf(db: Database, table: string): ReadonlySet<string> {
  const rows = db.prepare<[string], { name: string }>('SELECT name FROM pragma_table_info(?)').all(table);
  return new Set(rows.map(({ name }) => name));
}

function wanted(facts: Facts): Wanted[] {
  const measured = (table: Wanted['table']) => {
    return ({ column }: Pick<Fact, 'column'>): Wanted => ({ table, column, form: 'REAL' });
  };
  return [
    ...facts.scaling.map((axis): Wanted => ({ table: 'cells', column: axis.column, form: formOf(axis) })),
    ...facts.costs.map(measured('cells')),
    ...overSeeds(facts).map(measured('cells')),
    ...facts.metrics.map(measured('trials')),
    ...facts.epochMetrics.map(measured('epochs')),
    ...(['trials', 'epochs'] as const).map((table): Wanted => ({ table, column: OWN_METRICS, form: 'TEXT' })),
    ...capped(facts).map(({ column, budget: { bucket, index } }): Wanted => ({
      table: 'cells',
      column: bucket,
      form: `INTEGER NOT NULL DEFAULT ${UNKNOWN_BUCKET}`,
      index: `CREATE INDEX ${index} ON cells (dataset, ${bucket}, minival_top1 DESC, ${column}) WHERE minival_top1 IS NOT NULL`,
    })),
  ];
}

/** Of an axis that comes later, the cells that are there have the value that stands for its absence: it must have one. */
function formOf({ type, absent }: ScalingFact): string {
  return `${type === 'integer' ? 'INTEGER' : 'REAL'} NOT NULL${absent === undefined ? '' : ` DEFAULT ${absent}`}`;
}
