/** From what stands beside a setting (a value, an expression, a table) to a fixed value or a rule. */
import { didYouMean, parseAmount, type TrialCost } from '../../contract/index.ts';
import type { Check } from '../read/check.ts';
import { ExpressionError } from '../expression/expression-syntax.ts';
import { parseExpression, type Expression, type Scope } from '../expression/expression.ts';
import { describe, FIELDS, readLiteral, type Field, type Fields, type Kind } from '../schema/fields.ts';
import { listed, shown, type Path } from '../read/problems.ts';
import type { Table } from '../schema/schema.ts';
import type { AxisValue } from '../cell.ts';

/** What constraints may use beside the settings of a cell. */
export const COSTS = [
  'flops',
  'params',
  'activations',
  'memoryBytes',
  'trainFlops',
] as const satisfies readonly (keyof TrialCost)[];

/** What rules may name. */
export interface Names {
  readonly kinds: ReadonlyMap<string, Kind>;
  /** The axes, with the values that they take. */
  readonly axes: ReadonlyMap<string, readonly AxisValue[]>;
  readonly fields: Fields;
}

/** Whether a setting is written as a value, and not as a rule. */
export function isLiteral(field: Field, raw: unknown): boolean {
  if (typeof raw !== 'string') return typeof raw !== 'object' || raw === null;
  if (field.kind === 'number') return parseAmount(raw) !== undefined;
  // Where a text has no choices, any is a value.
  const isFree = field.kind === 'text' && field.choices.length === 0;
  return isFree || field.choices.includes(raw) || /^[\w-]*$/.test(raw);
}

/** `undefined` when a problem was reported. */
export function compileRule(
  field: Field,
  raw: unknown,
  path: Path,
  names: Names,
  check: Check,
): ((scope: Scope) => AxisValue) | undefined {
  if (typeof raw === 'object') return compileTable(field, raw as Table, path, names, check);
  if (typeof raw === 'string' && /^[A-Za-z][\w-]*$/.test(raw) && isStranger(raw, names)) {
    check.report(
      path,
      `Expected \`${field.name}\` to be ${describe(field)}, or an expression, got ${shown(raw)}${didYouMean(raw, [...names.kinds.keys()])}`,
    );
    return undefined;
  }
  const expression = compileExpression(raw as string, path, names.kinds, check);
  if (expression === undefined) return undefined;
  if (expression.kind === field.kind) return expression.evaluate;
  const got = { number: 'a number', boolean: 'a condition', text: 'a text' }[expression.kind];
  check.report(path, `Expected \`${field.name}\` to be ${describe(field)}, got an expression that gives ${got}`);
  return undefined;
}

export function compileExpression(
  text: string,
  path: Path,
  kinds: ReadonlyMap<string, Kind>,
  check: Check,
): Expression | undefined {
  try {
    return parseExpression(text, kinds);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    check.reportWithin(path, error.offset, explained(error));
    return undefined;
  }
}

function isStranger(name: string, { kinds }: Names): boolean {
  return !kinds.has(name) && !FIELDS.has(name) && !COSTS.some((cost) => cost === name);
}

/** Names that exist, but not for a rule. */
function explained({ unknown: name, message }: ExpressionError): string {
  if (name !== undefined && COSTS.some((cost) => cost === name))
    return `Expected a rule over the cell, got the cost \`${name}\`, which only constraints know`;
  if (name !== undefined && FIELDS.has(name)) return `Expected a setting that is written above, got \`${name}\``;
  return message;
}

function compileTable(
  field: Field,
  table: Table,
  path: Path,
  names: Names,
  check: Check,
): ((scope: Scope) => AxisValue) | undefined {
  const before = check.count();
  const axisValues = names.axes.get(table.by);
  const by = names.fields.get(table.by);
  if (by === undefined || axisValues === undefined) {
    const known = [...names.axes.keys()];
    const hint = didYouMean(table.by, known);
    check.report(
      [...path, 'by'],
      `Expected \`by\` to name ${hint === '' ? listed(known) : 'an axis'}, got ${shown(table.by)}${hint}`,
    );
    return undefined;
  }
  const read = (raw: unknown, of: Field, at: Path, atKey: boolean): AxisValue | undefined => {
    const reading = readLiteral(of, raw);
    if (reading.ok) return reading.value;
    check.report(at, reading.message, atKey);
    return undefined;
  };
  const rows = new Map<AxisValue, AxisValue>();
  for (const [key, raw] of Object.entries(table.values)) {
    const at = [...path, 'values', key];
    const given = read(
      by.kind === 'boolean' ? (key === 'true' ? true : key === 'false' ? false : key) : key,
      by,
      at,
      true,
    );
    const value = read(raw, field, at, false);
    if (given === undefined || value === undefined) continue;
    if (rows.has(given))
      check.report(at, `Expected every value of \`${by.name}\` once, got ${shown(given)} a second time`, true);
    rows.set(given, value);
  }
  const otherwise =
    table.otherwise === undefined ? undefined : read(table.otherwise, field, [...path, 'otherwise'], false);
  const uncovered = axisValues.filter((value) => !rows.has(value));
  if (check.count() === before && otherwise === undefined && uncovered.length > 0) {
    check.report(
      [...path, 'values'],
      `Expected a value for every \`${by.name}\` (or \`otherwise\`), got none for ${listed(uncovered.map(String))}`,
    );
  }
  if (check.count() > before) return undefined;
  return (scope) => rows.get(scope[by.name]!) ?? otherwise ?? Number.NaN;
}
