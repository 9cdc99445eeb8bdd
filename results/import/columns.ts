/** What a column means: a field of the contract, in its own unit or in that of a published table. */
import type { ImportedResult } from '../result-row.ts';

export type ResultField = Exclude<keyof ImportedResult, 'axes'>;

export interface Column {
  readonly field: ResultField;
  /** Value in the file x factor = value in the field's unit. */
  readonly factor: number;
  /** Bounds of the field, after the factor. */
  readonly kind: 'fraction' | 'positive' | 'amount' | 'count' | 'seed';
}

const column = (field: ResultField, kind: Column['kind'], factor = 1): Column => ({ field, factor, kind });

/** The contract's names, in the contract's units. */
const CONTRACT: readonly Column[] = [
  column('width', 'positive'),
  column('depth', 'count'),
  column('resolution', 'count'),
  column('epochs', 'count'),
  column('seed', 'seed'),
  column('flops', 'positive'),
  column('params', 'positive'),
  column('activations', 'positive'),
  column('memoryBytes', 'positive'),
  column('trainFlops', 'positive'),
  column('minivalTop1', 'fraction'),
  column('testTop1', 'fraction'),
  column('minivalLoss', 'amount'),
  column('testLoss', 'amount'),
  column('trainTop1', 'fraction'),
  column('trainLoss', 'amount'),
  column('stepMs', 'positive'),
  column('seconds', 'amount'),
  column('trainSeconds', 'amount'),
  column('peakBytes', 'positive'),
  column('readingError', 'fraction'),
];

export const CONTRACT_COLUMNS: ReadonlyMap<string, Column> = new Map(CONTRACT.map((one) => [one.field, one]));

/** Columns of the published figures: per cent, millions, billions of FLOPs, seconds. */
export const PUBLISHED_COLUMNS: ReadonlyMap<string, Column> = new Map([
  ['top1_minival', column('minivalTop1', 'fraction', 0.01)],
  ['tpu_step_s', column('stepMs', 'positive', 1000)],
  ['params_m', column('params', 'positive', 1e6)],
  ['flops_b_2mac', column('flops', 'positive', 1e9)],
]);

/** What an export says of a row that an import settles anew. */
export const IGNORED_COLUMNS: ReadonlySet<string> = new Set(['id', 'sweep', 'source', 'state']);

/** `axes.seRatio`: whatever else the grid varied. */
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
