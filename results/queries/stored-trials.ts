import { guarded } from '../store/sqlite-errors.ts';
import type { SqliteStore } from '../store/sqlite-store.ts';

/** What a store holds of one trial. */
export interface StoredTrial {
  readonly state: 'planned' | 'queued' | 'running' | 'done' | 'failed';
  /** Of a finished one, where they were measured. */
  readonly seconds: number | null;
}

/** Looks trials up by their ids, whichever sweep asked for them; `undefined` for one that none has asked for. */
export function storedTrials(store: SqliteStore): (id: string) => StoredTrial | undefined {
  return (id) =>
    guarded(store.file, () => store.connection.get<StoredTrial>('SELECT state, seconds FROM trials WHERE id = ?', id));
}
