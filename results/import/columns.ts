/** What a column means: a field of the contract, in its own unit or in that of a published table. */
import type { Accepts, CostName, MetricName } from '../../contract/index.ts';
import { perFacts } from '../store/sql.ts';

export interface Column {
  readonly field: string;
  /** Value in the file x factor = value in the field's unit. */
  readonly factor: number;
  /** Bounds of the field, after the factor. */
  readonly kind: Accepts | 'seed';
  /** Whether a row must have it, as it must have the scaling axes. */
  readonly isNeeded: boolean;
}

/** The contract's names, in the contract's units. */
export const contractColumns = perFacts(({ scaling, costs, metrics }): ReadonlyMap<string, Column> => {
  const columns: Column[] = [
    ...scaling.map(({ name, accepts, absent }) => ({
      field: name,
      factor: 1,
      kind: accepts,
      isNeeded: absent === undefined,
    })),
    { field: 'seed', factor: 1, kind: 'seed', isNeeded: false },
    ...[...costs, ...metrics].map(({ name, accepts }) => ({ field: name, factor: 1, kind: accepts, isNeeded: false })),
  ];
  return new Map(columns.map((column) => [column.field, column]));
});

/** A column of a published table. */
export function published(field: CostName | MetricName, kind: Accepts, factor: number): Column {
  return { field, factor, kind, isNeeded: false };
}

/** Columns of the published figures: per cent, millions, billions of FLOPs, seconds. */
export const PUBLISHED_COLUMNS: ReadonlyMap<string, Column> = new Map([
  ['top1_minival', published('minivalTop1', 'fraction', 0.01)],
  ['tpu_step_s', published('stepMs', 'positive', 1000)],
  ['params_m', published('params', 'positive', 1e6)],
  ['flops_b_2mac', published('flops', 'positive', 1e9)],
]);

/** What an export says of a row that an import decides itself. */
export const IGNORED_COLUMNS: ReadonlySet<string> = new Set(['id', 'sweep', 'source', 'state']);

/** `metrics.top5`: what a trainer of the user's own measured. */
export const OWN_PREFIX = 'metrics.';

/** `axes.seRatio`: anything else that the grid varied. */
export const AXIS_PREFIX = 'axes.';

/** What the field may hold, in words, or `undefined` when `value` is allowed. */
export function complaint(column: Column, value: number): string | undefined {
  switch (column.kind) {
    case 'fraction':
      return value >= 0 && value <= 1 ? undefined : `a fraction from 0 to ${1 / column.factor}`;
    case 'positive':
      return value > 0 ? undefined : 'a number > 0';
    case 'amount':
      return value >= 0 ? undefined : 'a number >= 0';
    case 'count':
      return Number.isSafeInteger(value) && value >= 1 ? undefined : 'an integer >= 1';
    case 'seed':
      return Number.isSafeInteger(value) && value >= 0 && value <= 0xffff_ffff
        ? undefined
        : 'an integer from 0 to 4294967295';
  }
}
