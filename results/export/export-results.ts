/** Results out of the store as CSV, JSON or Parquet. */
import { parquetWriteBuffer, type ColumnSource } from 'hyparquet-writer';
import { FACTS, type Facts } from '../../contract/index.ts';
import type { ResultRow } from '../result-row.ts';
import { axisNames, axisText, fieldsOf, ownNames, valueIn, type Field, type TableRow } from './fields.ts';

const exportFormats = ['csv', 'json', 'parquet'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** The rows as one file's content. Equal rows give equal bytes. */
export function exportRows(rows: readonly ResultRow[], format: ExportFormat, facts: Facts = FACTS): Uint8Array {
  return exportTable(rows, fieldsOf(facts), format);
}

/** Rows of any table with these fields; those of its axes and own numbers follow. */
export function exportTable(rows: readonly TableRow[], fields: readonly Field[], format: ExportFormat): Uint8Array {
  switch (format) {
    case 'csv':
      return Buffer.from(csv(rows, fields));
    case 'json':
      return Buffer.from(json(rows, fields));
    case 'parquet':
      return parquet(rows, fields);
  }
}

/** RFC 4180, with \n; unknown values are empty; numbers in their shortest form that reads back the same. */
function csv(rows: readonly TableRow[], fields: readonly Field[]): string {
  const axes = axisNames(rows);
  const own = ownNames(rows);
  const names = [...axes.map((name) => `axes.${name}`), ...own.map((name) => `metrics.${name}`)];
  const lines = [[...fields.map((field) => field.name), ...names]];
  for (const row of rows) {
    lines.push([
      ...fields.map((field) => String(valueIn(row, field) ?? '')),
      ...axes.map((name) => axisText(row.axes[name])),
      ...own.map((name) => String(row.metrics?.[name] ?? '')),
    ]);
  }
  return lines.map((line) => `${line.map(quoted).join(',')}\n`).join('');
}

function quoted(value: string): string {
  // Spaces at either end are part of a text, which readers trim.
  return /[",\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** One array, a result a line, so that two exports can be compared line by line. */
function json(rows: readonly TableRow[], fields: readonly Field[]): string {
  const lines = rows.map((row) => {
    const values = Object.fromEntries(fields.map((field) => [field.name, valueIn(row, field)]));
    const own = row.metrics === undefined ? {} : { metrics: row.metrics };
    return `  ${JSON.stringify({ ...values, axes: row.axes, ...own })}`;
  });
  return lines.length === 0 ? '[]\n' : `[\n${lines.join(',\n')}\n]\n`;
}

/** Snappy, one row group, a column per field, per axis and per number of the trainer's own. */
function parquet(rows: readonly TableRow[], fields: readonly Field[]): Uint8Array {
  const columns = fields.map((field): ColumnSource => {
    const { name, type, nullable } = field;
    const data = rows.map((row) => valueIn(row, field));
    if (type === 'text') return { name, type: 'STRING', nullable, data };
    // Seeds reach 2^32 - 1, beyond INT32.
    // A trainer of one's own may take depth for a multiplier.
    if (type === 'integer' && data.every((value) => value === null || Number.isInteger(value)))
      return { name, type: 'INT64', nullable, data: data.map((value) => BigInt(value ?? 0)) };
    return { name, type: 'DOUBLE', nullable, data };
  });
  const axes = axisNames(rows).map((axis): ColumnSource => {
    const values = rows.map((row) => row.axes[axis] ?? null);
    const isAll = (type: string): boolean => values.every((value) => value === null || typeof value === type);
    const name = `axes.${axis}`;
    if (isAll('number')) return { name, type: 'DOUBLE', nullable: true, data: values };
    if (isAll('boolean')) return { name, type: 'BOOLEAN', nullable: true, data: values };
    return {
      name,
      type: 'STRING',
      nullable: true,
      data: values.map((value) => (value === null ? null : axisText(value))),
    };
  });
  const own = ownNames(rows).map((name): ColumnSource => ({
    name: `metrics.${name}`,
    type: 'DOUBLE',
    nullable: true,
    data: rows.map((row) => row.metrics?.[name] ?? null),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData: [...columns, ...axes, ...own], createdBy: 'scalesweep' }));
}
