/**
 * What every number that scalesweep counts, predicts or measures has in common. A number is one row of one table
 * (scaling-axes.ts, costs.ts, metrics.ts, epoch-metrics.ts); result rows, columns of the store, imports, exports, checks of
 * messages, titles of figures and the tables in docs/ are derived from the rows.
 */
import type { Print } from './print.ts';

/** Which numbers a field accepts from a file. */
export type Accepts = 'fraction' | 'positive' | 'amount' | 'count';

export interface Fact {
  /** In JSON, in the head of a CSV, in filters. */
  readonly name: string;
  /** In the tables of the store. */
  readonly column: string;
  readonly type: 'integer' | 'number';
  readonly accepts: Accepts;
  /** As printed, '' for a plain number: a fraction of 1 is printed in %. */
  readonly unit: string;
  /** Head of its column in a printed table. */
  readonly head: string;
  /** Of a figure's axis. @defaultValue head and unit */
  readonly title?: string;
  readonly print: Print;
  /** Which direction is an improvement, everything else held. */
  readonly better: 'higher' | 'lower' | null;
  /** Unit and meaning, as docs/results-schema.md prints them. */
  readonly description: string;
}

/** A number that a budget can cap: searched by an index of its own. */
export interface Capped {
  /** Place among the cost axes. Under several caps an answer goes by the first of them. */
  readonly rank: number;
  /** `at matched step time`. */
  readonly noun: string;
  /** `at most 20 ms per step`. */
  readonly words: string;
  /** Column of `cells` that holds the cost on a coarse logarithmic scale (results/store/buckets.ts). */
  readonly bucket: string;
  /** Index over dataset, bucket and falling accuracy. */
  readonly index: string;
}

/** `resolution (pixels)`. */
export function titleOf({ title, head, unit }: Fact): string {
  return title ?? (unit === '' ? head : `${head} (${unit})`);
}

/** The rows named in `first`, in that order, then the others as the table has them: for a form whose order is older than the table. */
export function inOrder<R extends { readonly name: string }>(rows: readonly R[], first: readonly R['name'][]): R[] {
  const place = ({ name }: R): number => (first.includes(name) ? first.indexOf(name) : first.length);
  return rows.toSorted((a, b) => place(a) - place(b));
}
