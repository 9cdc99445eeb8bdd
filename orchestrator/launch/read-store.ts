import { openStore, type SqliteStore } from '../../results/index.ts';

/** Opens a store to ask it something, and closes it whatever happens. */
export async function readStore<R>(file: string, ask: (store: SqliteStore) => R | Promise<R>): Promise<R> {
  const store = openStore(file, { mode: 'read' });
  try {
    return await ask(store);
  } finally {
    store.close();
  }
}
