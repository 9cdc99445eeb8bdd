/**
 * Columns whose name says a unit, or leaves it out, that their values contradict. Every quantity here has two names, one for
 * each unit, so that a value that only looks wrong can be said by the other name.
 */

interface Unit {
  readonly columns: readonly string[];
  /** What the name says. */
  readonly unit: string;
  /** Suspicious where no value is above this, ... */
  readonly someAbove?: number;
  /** ... or none below this. */
  readonly someBelow?: number;
  /** The name for the unit that the values seem to be in, and that unit. */
  readonly other: string;
  readonly otherUnit: string;
}

const UNITS: readonly Unit[] = [
  {
    columns: ['top1_minival'],
    unit: 'per cent',
    someAbove: 1,
    other: 'minivalTop1',
    otherUnit: 'fractions of 1',
  },
  { columns: ['top1'], unit: 'per cent', someAbove: 1, other: 'testTop1', otherUnit: 'fractions of 1' },
  // The largest vision models have some ten thousand million parameters and take some ten thousand billion FLOPs.
  { columns: ['params_m'], unit: 'millions', someBelow: 1e6, other: 'params', otherUnit: 'single parameters' },
  {
    columns: ['flops_b_2mac', 'flops_b'],
    unit: 'billions',
    someBelow: 1e6,
    other: 'flops',
    otherUnit: 'single FLOPs',
  },
  { columns: ['params'], unit: 'single parameters', someAbove: 100, other: 'params_m', otherUnit: 'millions' },
  { columns: ['flops'], unit: 'single FLOPs', someAbove: 1000, other: 'flops_b_2mac', otherUnit: 'billions' },
  { columns: ['tpu_step_s'], unit: 'seconds', someBelow: 10, other: 'stepMs', otherUnit: 'milliseconds' },
];

/** What is suspicious about a column, and how to say what is meant; `undefined` where nothing is. Values as they are written. */
export function unitProblem(column: string, values: readonly number[]): string | undefined {
  const unit = UNITS.find(({ columns }) => columns.includes(column));
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  // Nothing but zeros has no unit.
  if (unit === undefined || values.length === 0 || high === 0) return undefined;
  const { someAbove = -Infinity, someBelow = Infinity } = unit;
  if (high > someAbove && low < someBelow) return undefined;
  const bound = high > someAbove ? `below ${someBelow}` : `above ${someAbove}`;
  const span = low === high ? `${low}` : `${low} to ${high}`;
  return (
    `Expected some \`${column}\` ${bound}, as its name says ${unit.unit}, got ${span}: ` +
    `if they are ${unit.otherUnit}, name the column \`${unit.other}\`; ` +
    `if they are ${unit.unit}, give them as ${unit.otherUnit} under that name`
  );
}
