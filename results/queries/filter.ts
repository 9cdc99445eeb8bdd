/** Filters on fields, `width=1,depth>=50,flops<2G`: read, checked, and put as a test on cells and as SQL. */
import { distance } from 'fastest-levenshtein';
import { FACTS, parseAmount, SAME_WITHIN, ScalesweepError, type Facts } from '../../contract/index.ts';
import type { SqlValue } from '../store/connection.ts';
import { perFacts } from '../store/sql.ts';

const OPERATORS = ['<=', '>=', '!=', '=', '<', '>'] as const;
type Operator = (typeof OPERATORS)[number];

export interface Condition {
  /** A field of a cell, or the name of another axis that the grid varied. */
  readonly field: string;
  readonly operator: Operator;
  readonly value: number | string | boolean;
}

/** Columns by the fields of a cell. Accuracy on test is not among them: nothing is chosen on it. */
const columnsByField = perFacts((facts): ReadonlyMap<string, string> => {
  const metrics = facts.metrics.filter(({ isFilter }) => isFilter === true);
  const rows = [...facts.scaling, ...facts.costs, ...metrics].map(({ name, column }) => [name, column] as const);
  return new Map([...rows, ['seeds', 'seeds']]);
});

/**
 * Conditions joined by commas; amounts take SI suffixes. A field that is no column must be an axis that some grid of
 * the store varied (`axes`).
 *
 * @throws `USAGE` naming the condition, what was expected, and the nearest field.
 */
export function parseFilter(text: string, axes: readonly string[] = [], facts: Facts = FACTS): Condition[] {
  const fields = [...columnsByField(facts).keys()];
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => parseCondition(part, fields, axes));
}

function parseCondition(text: string, fields: readonly string[], axes: readonly string[]): Condition {
  const match = /^([^<>=!]+?)\s*(<=|>=|!=|=|<|>)\s*(.+)$/.exec(text);
  const [field, operator, raw] = [match?.[1], match?.[2] as Operator | undefined, match?.[3]?.trim()];
  if (field === undefined || operator === undefined || raw === undefined) {
    throw new ScalesweepError('USAGE', `Expected a condition such as width=1 or depth>=50, got ${text}`, {
      hint: `Fields: ${[...fields, ...axes].join(', ')}.`,
    });
  }
  if (!fields.includes(field) && !axes.includes(field)) {
    const known = [...fields, ...axes];
    const nearest = known.toSorted((a, b) => distance(field, a) - distance(field, b))[0];
    throw new ScalesweepError('USAGE', `Expected a field of a cell in ${text}, got ${field}`, {
      hint:
        field === 'testTop1'
          ? 'Choose on minival; test accuracy is reported, never filtered on.'
          : `Did you mean ${nearest}?`,
    });
  }
  const value = raw === 'true' ? true : raw === 'false' ? false : (parseAmount(raw) ?? raw);
  const isOrdered = operator !== '=' && operator !== '!=';
  if (typeof value !== 'number' && (isOrdered || fields.includes(field))) {
    throw new ScalesweepError('USAGE', `Expected a number in ${text}, got ${raw}`, {
      hint: 'Amounts are written as 500M, 2G or 1e12.',
    });
  }
  return { field, operator, value };
}

/**
 * Conditions as SQL over the table cells, with its parameters. An unknown value satisfies no condition; numbers within 1e-9
 * of each other are equal.
 */
export function filterSql(conditions: readonly Condition[], facts: Facts): { sql: string; values: SqlValue[] } {
  const values: SqlValue[] = [];
  let sql = '';
  for (const { field, operator, value } of conditions) {
    const column = columnsByField(facts).get(field);
    // JSON's true and false come out of SQLite as 1 and 0.
    if (column === undefined) values.push(`$."${field.replaceAll('"', String.raw`\"`)}"`);
    const { test, bounds } = comparison(operator, value);
    sql += ` AND ${column ?? 'json_extract(axes, ?)'} ${test}`;
    values.push(...bounds);
  }
  return { sql, values };
}

function comparison(operator: Operator, value: Condition['value']): { test: string; bounds: SqlValue[] } {
  if (typeof value !== 'number')
    return { test: `${operator} ?`, bounds: [typeof value === 'boolean' ? Number(value) : value] };
  const margin = SAME_WITHIN * Math.abs(value);
  const [low, high] = [value - margin, value + margin];
  if (operator === '=') return { test: 'BETWEEN ? AND ?', bounds: [low, high] };
  if (operator === '!=') return { test: 'NOT BETWEEN ? AND ?', bounds: [low, high] };
  return { test: `${operator} ?`, bounds: [operator === '<=' || operator === '>' ? high : low] };
}
