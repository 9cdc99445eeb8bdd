/** Why an answer is empty although results are there: what they lack. */
import type { CostAxis } from '../../contract/index.ts';
import { guarded } from '../store/sqlite-errors.ts';
import { capped } from '../store/sql.ts';
import type { SqliteStore } from '../store/sqlite-store.ts';
import { trialsOf } from './rows.ts';
import { resolveScope, type ScopeOptions } from './scope.ts';

/** Whether any trial of a scope is finished. */
export function hasResults(store: SqliteStore, options: ScopeOptions = {}): boolean {
  return guarded(store.file, () => {
    const resolved = resolveScope(store, options);
    const { from, values } = trialsOf(resolved);
    return resolved.connection.get(`SELECT 1 FROM ${from} AND t.state = 'done' LIMIT 1`, ...values) !== undefined;
  });
}

interface MissingOptions extends ScopeOptions {
  /** The cost that the question goes by. @defaultValue 'flops' */
  readonly axis?: CostAxis;
}

interface Known {
  readonly finished: number;
  readonly minival: number;
  readonly test: number;
  readonly cost: number;
}

/** What the finished trials of a scope lack to be chosen among by a cost, in a sentence; `undefined` when nothing. */
export function whatIsMissing(store: SqliteStore, options: MissingOptions = {}): string | undefined {
  const { axis = 'flops' } = options;
  return guarded(store.file, () => {
    const resolved = resolveScope(store, options);
    const { facts } = resolved.connection;
    const column = capped(facts).find(({ name }) => name === axis)?.column ?? axis;
    const table = facts.costs.some(({ name }) => name === axis) ? 'c' : 't';
    const { from, values } = trialsOf(resolved);
    const known = resolved.connection.get<Known>(
      `SELECT count(*) AS finished, count(t.minival_top1) AS minival, count(t.test_top1) AS test,
         count(t.minival_top1 + ${table}.${column}) AS cost
       FROM ${from} AND t.state = 'done'`,
      ...values,
    );
    if (known === undefined || known.finished === 0)
      return options.where === undefined ? 'No trial is finished yet.' : `No finished trial has ${options.where}.`;
    const trials = known.finished === 1 ? '1 finished trial' : `${known.finished} finished trials`;
    if (known.minival === 0) {
      return known.test === 0
        ? `No accuracy is known of the ${trials}.`
        : `Of the ${trials} the test accuracy alone is known, on which nothing is chosen; what is needed is minivalTop1.`;
    }
    if (known.cost === 0)
      return `Of the ${trials} no ${axis} are known, so they cannot be compared by it: results that are imported need a column \`${axis}\`.`;
    return undefined;
  });
}
