/** The fields of an exported result, in their order. docs/results-schema.md says the same for people; a test holds it to them. */
import type { Fact, Facts, OwnMetrics } from '../../contract/index.ts';
import { perFacts } from '../store/sql.ts';

export interface Field {
  readonly name: string;
  readonly type: 'text' | 'integer' | 'number';
  readonly nullable: boolean;
  readonly better: Fact['better'];
  /** Unit and meaning. */
  readonly description: string;
}

/** A row of an exported table: a result, or one epoch of it. Its other fields are read by their names. */
export interface TableRow {
  readonly axes: Readonly<Record<string, unknown>>;
  readonly metrics?: OwnMetrics;
}

export const field = (name: string, type: Field['type'], description: string): Field => ({
  name,
  type,
  nullable: false,
  better: null,
  description,
});

export const fieldsOf = perFacts(({ scaling, costs, metrics }): readonly Field[] => [
  field('id', 'text', "the trial's id: a hash of all that can change its result, 16 hex digits"),
  field('seed', 'integer', '0 to 4294967295'),
  ...scaling.map((axis) => ({ ...axis, nullable: false })),
  ...[...costs, ...metrics].map((fact) => ({ ...fact, nullable: true })),
  field('source', 'text', '`trained` here or `imported`'),
  field('sweep', 'text', 'id of the sweep that was asked about, or the first that asked for the trial'),
]);

/** The table of docs/results-schema.md. */
export function fieldTable(facts: Facts): string {
  const lines = fieldsOf(facts).map(
    ({ name, type, nullable, better, description }) =>
      `| \`${name}\` | ${type}${nullable ? ' or null' : ''} | ${better ?? ''} | ${description} |`,
  );
  return ['| field | type | better | unit and meaning |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

/** A field's value; the row of a longer table than FACTS has more of them than its type says. */
export function valueIn(row: TableRow, { name }: Field): string | number | null {
  return (row as unknown as Readonly<Record<string, string | number | null>>)[name] ?? null;
}

/** Names of the other axes that any of the rows varied, sorted. In flat formats their columns are `axes.NAME`. */
export function axisNames(rows: readonly TableRow[]): string[] {
  const forms = new Set(rows.map((row) => row.axes));
  return [...new Set([...forms].flatMap((axes) => Object.keys(axes)))].sort();
}

/** Names of the numbers that trainers of the user's own measured, sorted. In flat formats their columns are `metrics.NAME`. */
export function ownNames(rows: readonly TableRow[]): string[] {
  return [...new Set(rows.flatMap(({ metrics = {} }) => Object.keys(metrics)))].sort();
}

/** An axis value in one cell of a table: lists and objects as JSON. */
export function axisText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
