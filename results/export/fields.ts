/** The fields of an exported result, in their order. docs/results-schema.md says the same for people; a test compares them. */
import type { ResultRow } from '../result-row.ts';

export interface Field {
  readonly name: Exclude<keyof ResultRow, 'axes'>;
  readonly type: 'text' | 'integer' | 'number';
  readonly nullable: boolean;
}

const text = (name: Field['name']): Field => ({ name, type: 'text', nullable: false });
const integer = (name: Field['name']): Field => ({ name, type: 'integer', nullable: false });
const number = (name: Field['name']): Field => ({ name, type: 'number', nullable: true });

export const FIELDS: readonly Field[] = [
  text('id'),
  integer('seed'),
  { name: 'width', type: 'number', nullable: false },
  integer('depth'),
  integer('resolution'),
  integer('epochs'),
  number('flops'),
  number('params'),
  number('activations'),
  number('memoryBytes'),
  number('trainFlops'),
  number('minivalTop1'),
  number('testTop1'),
  number('minivalLoss'),
  number('testLoss'),
  number('trainTop1'),
  number('trainLoss'),
  number('stepMs'),
  number('seconds'),
  number('trainSeconds'),
  number('peakBytes'),
  number('readingError'),
  text('source'),
  text('sweep'),
];

/** Names of the other axes that any of the rows varied, sorted. In flat formats their columns are `axes.NAME`. */
export function axisNames(rows: readonly ResultRow[]): string[] {
  const forms = new Set(rows.map((row) => row.axes));
  return [...new Set([...forms].flatMap((axes) => Object.keys(axes)))].sort();
}

/** An axis value in one cell of a table: lists and objects as JSON. */
export function axisText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
