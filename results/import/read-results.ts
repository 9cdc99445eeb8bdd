/** A CSV to results: columns known by name, every value checked, every mistake with its line and column. */
import { closest, distance } from 'fastest-levenshtein';
import { FACTS, messageOf, ScalesweepError, type Facts } from '../../contract/index.ts';
import type { ImportedResult } from '../result-row.ts';
import { AXIS_PREFIX, complaint, contractColumns, IGNORED_COLUMNS, PUBLISHED_COLUMNS, type Column } from './columns.ts';
import { CsvSyntaxError, parseCsv, type CsvRecord } from './csv.ts';
import { formatOf, type Format } from './formats.ts';

export interface ReadOptions {
  /** Images of one epoch: train FLOPs are computed where a row has FLOPs and no train FLOPs. */
  readonly trainImages?: number;
  /** The numbers that the file may hold. @defaultValue FACTS */
  readonly facts?: Facts;
}

interface ReadResults {
  readonly results: readonly ImportedResult[];
  /** Of a published table; `undefined` for the user to name. */
  readonly dataset: string | undefined;
  readonly provenance: string | undefined;
  /** Rows and columns left out, and why, in sentences. */
  readonly notes: readonly string[];
}

/** Mistakes shown of one file; the rest is counted. */
const MOST_SHOWN = 20;

/** @throws {ScalesweepError} `USAGE`, listing `file:line:column: expected ..., got ...`; nothing is half-read. */
export function readResults(text: string, file: string, options: ReadOptions = {}): ReadResults {
  const records = recordsOf(text, file);
  const [head, ...body] = records;
  if (head === undefined || body.length === 0) {
    throw usage(
      `${file}: Expected a header and at least one row, got ${records.length === 0 ? 'an empty file' : 'a header alone'}`,
    );
  }
  const header = head.fields.map((field) => field.text);
  const format = formatOf(header);
  const known = contractColumns(options.facts ?? FACTS);
  const problems = format === undefined ? headerProblems(header, known, `${file}:${head.line}`) : [];
  const reader = { file, header, format, known, trainImages: format?.trainImages ?? options.trainImages };
  const results: ImportedResult[] = [];
  let withoutDepth = 0;
  if (problems.length === 0) {
    for (const record of body) {
      const result = readRow(record, reader, problems);
      if (result === 'no-depth') withoutDepth++;
      else if (result !== undefined) results.push(result);
    }
  }
  if (problems.length > 0) throw usage(summary(problems));
  const notes: string[] = [];
  if (withoutDepth > 0) notes.push(`${withoutDepth} rows have no depth (networks of another family) and are left out.`);
  return { results, dataset: format?.dataset, provenance: format?.provenance, notes };
}

function recordsOf(text: string, file: string): CsvRecord[] {
  try {
    return parseCsv(text);
  } catch (error) {
    if (error instanceof CsvSyntaxError) throw usage(`${file}:${error.line}: ${messageOf(error)}`, error);
    throw error;
  }
}

const usage = (message: string, cause?: unknown): ScalesweepError =>
  new ScalesweepError('USAGE', message, {
    hint: 'Columns carry the names of exported results: width, depth, resolution, epochs, seed, flops, minivalTop1, ...',
    cause,
  });

function summary(problems: readonly string[]): string {
  const more = problems.length - MOST_SHOWN;
  return [...problems.slice(0, MOST_SHOWN), ...(more > 0 ? [`... and ${more} more`] : [])].join('\n');
}

type Columns = ReadonlyMap<string, Column>;

function columnOf(name: string, known: Columns, format: Format | undefined): Column | undefined {
  return known.get(name) ?? (format?.columns ?? PUBLISHED_COLUMNS).get(name);
}

function headerProblems(header: readonly string[], known: Columns, line: string): string[] {
  const names = [...known.keys(), ...PUBLISHED_COLUMNS.keys()];
  const problems = header.flatMap((name, i) => {
    const at = `${line}:${i + 1}`;
    if (header.indexOf(name) !== i) return [`${at}: Expected distinct columns, got \`${name}\` twice`];
    if (columnOf(name, known, undefined) !== undefined || IGNORED_COLUMNS.has(name) || name.startsWith(AXIS_PREFIX))
      return [];
    if (name === 'top1')
      return [`${at}: Expected to be told which accuracy, got \`top1\`: name it minivalTop1 or testTop1`];
    const near = closest(name, names);
    const hint =
      distance(name, near) <= 3 ? `; did you mean \`${near}\`?` : `; an axis of the grid is \`${AXIS_PREFIX}${name}\``;
    return [`${at}: Expected a known column, got \`${name}\`${hint}`];
  });
  const fields = new Map<string, string>();
  for (const name of header) {
    const field = columnOf(name, known, undefined)?.field;
    if (field === undefined) continue;
    const other = fields.get(field);
    if (other !== undefined && other !== name)
      problems.push(`${line}: Expected one column for ${field}, got \`${other}\` and \`${name}\``);
    fields.set(field, name);
  }
  for (const [needed, { isNeeded }] of known) {
    if (isNeeded && !fields.has(needed))
      problems.push(`${line}: Expected a column \`${needed}\`, got ${header.join(', ')}`);
  }
  if (!fields.has('minivalTop1') && !fields.has('testTop1')) {
    problems.push(`${line}: Expected a column \`minivalTop1\` or \`testTop1\`, got ${header.join(', ')}`);
  }
  return problems;
}

interface RowReader {
  readonly file: string;
  readonly header: readonly string[];
  readonly format: Format | undefined;
  readonly known: Columns;
  readonly trainImages: number | undefined;
}

function readRow(record: CsvRecord, reader: RowReader, problems: string[]): ImportedResult | 'no-depth' | undefined {
  const { header, file, format } = reader;
  const at = (index: number): string => `${file}:${record.line}:${index + 1}`;
  if (record.fields.length !== header.length) {
    problems.push(`${file}:${record.line}: Expected ${header.length} fields, got ${record.fields.length}`);
    return undefined;
  }
  const texts = Object.fromEntries(header.map((name, i) => [name, record.fields[i]!.text]));
  if (format?.fixed.width !== undefined && texts['depth'] === '') return 'no-depth';
  const values: Record<string, number | null> = {};
  const axes: Record<string, unknown> = {};
  const before = problems.length;
  for (const [i, name] of header.entries()) {
    const text = record.fields[i]!.text;
    const column = columnOf(name, reader.known, format);
    if (name.startsWith(AXIS_PREFIX)) axes[name.slice(AXIS_PREFIX.length)] = readAxis(text);
    if (column === undefined) continue;
    const value = readNumber(text, column);
    if (typeof value === 'string')
      problems.push(`${at(i)}: Expected \`${name}\` to be ${value}, got ${text === '' ? 'nothing' : text}`);
    else values[column.field] = value;
  }
  const readingError = format?.readingError(texts);
  if (format !== undefined && readingError === undefined) {
    problems.push(
      `${at(header.indexOf('quality'))}: Expected \`quality\` to be a, b, c or 3, got ${texts['quality'] ?? ''}`,
    );
  }
  if (problems.length > before) return undefined;
  const result = {
    ...format?.fixed,
    ...values,
    ...(readingError === undefined || readingError === 0 ? {} : { readingError }),
    axes,
  };
  return withTrainFlops(result as unknown as ImportedResult, reader.trainImages);
}

/** The value, `null` for nothing where that is allowed, or what was expected. */
function readNumber(text: string, column: Column): number | null | string {
  if (text === '' || text === 'null') return column.isNeeded ? 'a number' : null;
  const given = Number(text);
  if (!Number.isFinite(given)) return 'a number';
  // A factor such as 0.01 leaves rounding dust (79.9 x 0.01); fifteen digits are what a double holds surely.
  const value = column.factor === 1 ? given : Number((given * column.factor).toPrecision(15));
  return complaint(column, value) ?? value;
}

function readAxis(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** 3 x FLOPs x images x epochs, where the row does not say. */
function withTrainFlops(result: ImportedResult, trainImages: number | undefined): ImportedResult {
  if (trainImages === undefined || result.flops == null || result.trainFlops != null) return result;
  return { ...result, trainFlops: 3 * result.flops * trainImages * result.epochs };
}
