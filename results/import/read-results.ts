/** A CSV to results: columns known by name, every value checked, every mistake with its line and column. */
import { FACTS, messageOf, ScalesweepError, type Facts } from '../../contract/index.ts';
import type { ImportedResult } from '../result-row.ts';
import { AXIS_PREFIX, contractColumns } from './columns.ts';
import { CsvSyntaxError, parseCsv, type CsvRecord } from './csv.ts';
import { formatOf, type Format } from './formats.ts';
import { columnOf, headerProblems, separatorProblem, withoutBlanks, type Columns } from './header.ts';
import { missingNotes } from './notes.ts';
import { unitProblem } from './units.ts';
import { guessOf, numberOf, readAxis, readNumber } from './values.ts';

export interface ReadOptions {
  /** Images of one epoch: train FLOPs are computed where a row has FLOPs and no train FLOPs. */
  readonly trainImages?: number;
  /** The numbers that the file may hold. @defaultValue FACTS */
  readonly facts?: Facts;
}

interface ReadResults {
  readonly results: readonly ImportedResult[];
  /** The line of each result, 1-based. */
  readonly lines: readonly number[];
  /** Of a published table; `undefined` for the user to name. */
  readonly dataset: string | undefined;
  readonly provenance: string | undefined;
  /** Rows and columns left out or missing, and what follows, in sentences. */
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
  const lines: number[] = [];
  let withoutDepth = 0;
  if (problems.length === 0) {
    for (const record of body) {
      const result = readRow(record, reader, problems);
      if (result === 'no-depth') withoutDepth++;
      else if (result !== undefined) {
        results.push(result);
        lines.push(record.line);
      }
    }
  }
  if (problems.length === 0) problems.push(...unitProblems(header, body, `${file}:${head.line}`));
  if (problems.length > 0) throw usage(listed(problems));
  const notes = missingNotes(results, file);
  if (withoutDepth > 0) notes.push(`${withoutDepth} rows have no depth (networks of another family) and are left out.`);
  return { results, lines, dataset: format?.dataset, provenance: format?.provenance, notes };
}

function recordsOf(text: string, file: string): CsvRecord[] {
  const problem = separatorProblem(text);
  if (problem !== undefined)
    throw new ScalesweepError('USAGE', `${file}:1: ${problem.message}`, { hint: problem.hint });
  try {
    return withoutBlanks(parseCsv(text));
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

/** Problems one below the other, the first of them in full. */
export function listed(problems: readonly string[]): string {
  const more = problems.length - MOST_SHOWN;
  return [...problems.slice(0, MOST_SHOWN), ...(more > 0 ? [`... and ${more} more`] : [])].join('\n');
}

function unitProblems(header: readonly string[], body: readonly CsvRecord[], at: string): string[] {
  return header.flatMap((name, i) => {
    const values = body.flatMap(({ fields }) => numberOf(fields[i]!.text) ?? []);
    const problem = unitProblem(name, values);
    return problem === undefined ? [] : [`${at}:${i + 1}: ${problem}`];
  });
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
    const comma = record.fields.length > header.length ? ' (a comma inside of a value?)' : '';
    problems.push(`${file}:${record.line}: Expected ${header.length} fields, got ${record.fields.length}${comma}`);
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
    if (name.startsWith(AXIS_PREFIX)) {
      const value = readAxis(text);
      if (value !== undefined) axes[name.slice(AXIS_PREFIX.length)] = value;
    }
    if (column === undefined) continue;
    const value = readNumber(text, column);
    if (typeof value === 'string') {
      const given = text === '' ? 'nothing' : text;
      problems.push(`${at(i)}: Expected \`${name}\` to be ${value}, got ${given}${guessOf(text, column)}`);
    } else values[column.field] = value;
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

/** 3 x FLOPs x images x epochs, where the row does not say. */
function withTrainFlops(result: ImportedResult, trainImages: number | undefined): ImportedResult {
  if (trainImages === undefined || result.flops == null || result.trainFlops != null) return result;
  return { ...result, trainFlops: 3 * result.flops * trainImages * result.epochs };
}
