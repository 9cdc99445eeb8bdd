/** One field of a CSV to a value. */
import { complaint, type Column } from './columns.ts';

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * A number as programs print it. More digits than a double holds, a leading zero or a long number before an `e` are those of
 * an id or a code, such as 89067784857377e8: as a number it would lose what it says.
 */
const AXIS_NUMBER = /^[+-]?(?:(?:0|[1-9]\d{0,14})?(?:\.\d*)?|(?:0|[1-9]\d{0,2})?(?:\.\d*)?e[+-]?\d{1,3})$/i;

/** The value, `null` for nothing where that is allowed, or what was expected. */
export function readNumber(text: string, column: Column): number | null | string {
  if (text === '' || text === 'null') return column.isNeeded ? 'a number' : null;
  const given = numberOf(text);
  if (given === undefined) return 'a number';
  // A factor such as 0.01 leaves rounding dust (79.9 x 0.01); fifteen digits are what a double holds surely.
  const value = column.factor === 1 ? given : Number((given * column.factor).toPrecision(15));
  return complaint(column, value) ?? value;
}

export function numberOf(text: string): number | undefined {
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

/** What a value that was refused may have been meant as. */
export function guessOf(text: string, column: Column): string {
  if (/^[+-]?\d+,\d+$/.test(text)) return `; with a decimal point: ${text.replace(',', '.')}`;
  const value = numberOf(text);
  if (column.kind === 'fraction' && column.factor === 1 && value !== undefined && value > 1 && value <= 100)
    return '; per cent are divided by 100';
  return '';
}

/** The value of an axis; `undefined`, unknown, where the field is blank. */
export function readAxis(text: string): unknown {
  if (text === '') return undefined;
  if (text === 'true' || text === 'false') return text === 'true';
  if (AXIS_NUMBER.test(text) && Number.isFinite(Number(text))) return Number(text);
  if (/^[[{]/.test(text)) return listOf(text);
  return text;
}

/** Lists and objects are exported as JSON. */
function listOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
