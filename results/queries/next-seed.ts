import { guarded } from '../store/sqlite-errors.ts';
import type { SqliteStore } from '../store/sqlite-store.ts';
import { resolveScope, type ScopeOptions } from './scope.ts';

/** The smallest seed above all that any trial on the dataset has, finished or not: seeds from here on took part in no choice. */
export function nextSeed(store: SqliteStore, options: ScopeOptions = {}): number {
  return guarded(store.file, () => {
    const { connection, dataset } = resolveScope(store, options);
    const row = connection.get<{ seed: number | null }>(
      'SELECT max(t.seed) AS seed FROM trials t JOIN cells c ON c.n = t.cell WHERE c.dataset = ?',
      dataset,
    );
    return (row?.seed ?? -1) + 1;
  });
}
