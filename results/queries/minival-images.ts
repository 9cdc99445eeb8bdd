import { guarded } from '../store/sqlite-errors.ts';
import type { SqliteStore } from '../store/sqlite-store.ts';
import { imagesOf } from './images-of.ts';
import { resolveScope, type ScopeOptions } from './scope.ts';

/** Images that the cells of a scope are chosen on: results that may be compared share their number. `null` for results from elsewhere. */
export function minivalImages(store: SqliteStore, options: ScopeOptions = {}): number | null {
  return guarded(store.file, () => {
    const { connection, dataset } = resolveScope(store, options);
    return imagesOf(connection, dataset);
  });
}
