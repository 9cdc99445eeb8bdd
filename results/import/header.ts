/** Which column is what, and what is wrong with a header: the cause, where a program that writes CSV is known for it. */
import { closest, distance } from 'fastest-levenshtein';
import { AXIS_PREFIX, IGNORED_COLUMNS, OWN_PREFIX, PUBLISHED_COLUMNS, type Column } from './columns.ts';
import type { CsvRecord } from './csv.ts';
import type { Format } from './formats.ts';

export type Columns = ReadonlyMap<string, Column>;

export function columnOf(name: string, known: Columns, format: Format | undefined): Column | undefined {
  return known.get(name) ?? (format?.columns ?? PUBLISHED_COLUMNS).get(name);
}

const SEPARATORS = [
  { sign: ';', name: 'semicolons', written: ';' },
  { sign: '\t', name: 'tabs', written: '\\t' },
  { sign: '|', name: 'vertical bars', written: '|' },
];

/** Why the first line is no header of comma-separated names, and what to do; `undefined` when it may be one. */
export function separatorProblem(text: string): { message: string; hint: string } | undefined {
  const first = /^\uFEFF?([^\r\n]*)/.exec(text)?.[1] ?? '';
  const named = /^"?sep=(.)/i.exec(first);
  const line = first.replaceAll(/"(?:[^"]|"")*"/g, '');
  const count = (sign: string): number => line.split(sign).length - 1;
  const found = SEPARATORS.find(({ sign }) => (named === null ? count(sign) > count(',') : sign === named[1]));
  const cure =
    found === undefined
      ? 'Delete the line.'
      : `Write it with commas between columns and points in numbers. In Python: pd.read_csv(FILE, sep="${found.written}", decimal=",").to_csv("results.csv", index=False)${named === null ? '' : ', with skiprows=1 in read_csv'}.`;
  if (named !== null)
    return { message: `Expected the names of columns, got \`${first}\`, a line for Excel alone`, hint: cure };
  return found === undefined
    ? undefined
    : { message: `Expected commas between the columns, got ${found.name}`, hint: cure };
}

/**
 * Rows with nothing in them at the end of the file, and columns with neither name nor value at the end of rows, as
 * spreadsheets leave them, are left out.
 */
export function withoutBlanks(records: readonly CsvRecord[]): CsvRecord[] {
  const lengthOf = ({ fields }: CsvRecord): number => fields.findLastIndex(({ text }) => text !== '') + 1;
  const last = records.findLastIndex((record) => lengthOf(record) > 0);
  const used = records.slice(0, last + 1);
  // A name may be missing above values: that is no blank column.
  const widest = used.reduce((most, record) => Math.max(most, lengthOf(record)), 0);
  const columns = Math.min(widest, used[0]?.fields.length ?? 0);
  return used.map((record) => ({ ...record, fields: record.fields.slice(0, Math.max(columns, lengthOf(record))) }));
}

/** @param at `file:line` of the header */
export function headerProblems(header: readonly string[], known: Columns, at: string): string[] {
  const problems = header.flatMap((name, i) => {
    const problem = nameProblem(name, i, header, known);
    return problem === undefined ? [] : [`${at}:${i + 1}: ${problem}`];
  });
  const fields = new Map<string, string>();
  for (const name of header) {
    const field = columnOf(name, known, undefined)?.field;
    if (field === undefined) continue;
    const other = fields.get(field);
    if (other !== undefined && other !== name)
      problems.push(`${at}: Expected one column for ${field}, got \`${other}\` and \`${name}\``);
    fields.set(field, name);
  }
  for (const [needed, { isNeeded }] of known) {
    if (isNeeded && !fields.has(needed))
      problems.push(`${at}: Expected a column \`${needed}\`, got ${header.join(', ')}`);
  }
  if (!fields.has('minivalTop1') && !fields.has('testTop1')) {
    problems.push(`${at}: Expected a column \`minivalTop1\` or \`testTop1\`, got ${header.join(', ')}`);
  }
  return problems;
}

function nameProblem(name: string, index: number, header: readonly string[], known: Columns): string | undefined {
  if (index === 0 && (name === '' || /^Unnamed: 0$/.test(name))) {
    const given = name === '' ? 'a column without a name' : `\`${name}\``;
    return `Expected a column of results, got ${given}: the index that pandas writes unless told .to_csv(FILE, index=False)`;
  }
  if (name === '') return 'Expected a name for the column, got none above its values';
  if (header.indexOf(name) !== index) return `Expected distinct columns, got \`${name}\` twice`;
  const isKnown =
    columnOf(name, known, undefined) !== undefined || IGNORED_COLUMNS.has(name) || name.startsWith(OWN_PREFIX);
  if (isKnown || (name.startsWith(AXIS_PREFIX) && name !== AXIS_PREFIX)) return undefined;
  if (name === 'top1') return 'Expected to be told which accuracy, got `top1`: name it minivalTop1 or testTop1';
  const near = closest(name, [...known.keys(), ...PUBLISHED_COLUMNS.keys()]);
  const hint =
    distance(name, near) <= 3 ? `; did you mean \`${near}\`?` : `; an axis of the grid is \`${AXIS_PREFIX}${name}\``;
  return `Expected a known column, got \`${name}\`${hint}`;
}
