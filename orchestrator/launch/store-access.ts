/** How commands open the results store, and close it however they end. */
import { existsSync } from 'node:fs';
import { ScalesweepError, type RedisAddress } from '../../contract/index.ts';
import { openStore, type RunningAttempt, type SqliteStore, type StoreMode } from '../../results/index.ts';

/** For queries. @throws {ScalesweepError} NOT_FOUND where there is none */
export function readStore<R>(file: string, ask: (store: SqliteStore) => R | Promise<R>): Promise<R> {
  return using(file, 'read', ask);
}

/** For short writes beside a running sweep. Made where there is none. */
export function steerStore<R>(file: string, act: (store: SqliteStore) => R | Promise<R>): Promise<R> {
  return using(file, 'steer', act);
}

interface OwnStoreOptions {
  readonly db: string;
  readonly redis?: RedisAddress;
}

/**
 * To run a sweep, as the only process that does: what a dead one left open is planned again first. Made where there is none.
 *
 * @throws {ScalesweepError} STORE_LOCKED
 */
export function ownStore<R>(options: OwnStoreOptions, act: (store: SqliteStore) => R | Promise<R>): Promise<R> {
  return using(options.db, 'run', (store) => {
    store.releaseOrphans(Date.now(), isAtWorkElsewhere(options));
    return act(store);
  });
}

/** Opening a store to write creates it; a command that continues with one must not. @throws {ScalesweepError} NOT_FOUND */
export function requireStore(file: string): void {
  if (existsSync(file)) return;
  throw new ScalesweepError('NOT_FOUND', `Expected a results store in ${file}, got no file`, {
    hint: 'Run a grid first (scalesweep run GRID), or name the store with --db FILE.',
  });
}

/**
 * Attempts of a dead orchestrator that may still be running: those that went through Redis, if this one uses it as well. They are
 * adopted, and taken to be lost when no heartbeat comes for the time of a lease.
 */
function isAtWorkElsewhere({ redis }: OwnStoreOptions): (attempt: RunningAttempt) => boolean {
  return ({ worker }) => redis !== undefined && !/^local-\d{1,6}$/.test(worker);
}

async function using<R>(file: string, mode: StoreMode, act: (store: SqliteStore) => R | Promise<R>): Promise<R> {
  const store = openStore(file, { mode });
  try {
    return await act(store);
  } finally {
    store.close();
  }
}
