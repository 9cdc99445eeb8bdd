import { guarded } from '../store/sqlite-errors.ts';
import type { SqliteStore } from '../store/sqlite-store.ts';
import { resolveScope, type ScopeOptions } from './scope.ts';

/** Images that the cells of a scope are chosen on: results that may be compared share their number. `null` for results from elsewhere. */
export function minivalImages(store: SqliteStore, options: ScopeOptions = {}): number | null {
  return guarded(store.file, () => {
    const { connection, dataset } = resolveScope(store, options);
    const row = connection.get<{ images: number }>(
      `SELECT json_extract(p.spec, '$.data.minivalImages') AS images
       FROM cells c JOIN specs p ON p.cell = c.n WHERE c.dataset = ? AND c.minival_top1 IS NOT NULL LIMIT 1`,
      dataset,
    );
    return row?.images ?? null;
  });
}
