/** Stores for tests: fresh folders, closed and removed after each test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';
import type { TrialResult } from '../../../contract/index.ts';
import { openStore, type OpenStoreOptions, type SqliteStore, type TrialToStore } from '../../../results/index.ts';
import { resultOf } from '../../fixtures/result.ts';

export { epochMetrics, resultOf as result } from '../../fixtures/result.ts';
export { planned, spec, started, sweepInput, type Shape } from './values.ts';

/** Claims a trial and finishes it at once. */
export function complete(
  store: SqliteStore,
  trial: TrialToStore,
  minivalTop1: number,
  more: Partial<TrialResult> = {},
): void {
  const attempt = store.claim(trial.trial.id, { worker: 'w', device: 'cpu', now: 1 });
  if (attempt === undefined) throw new Error(`${trial.trial.id} is not planned`);
  store.finish(trial.trial.id, attempt, resultOf(minivalTop1, more), 2);
}

const folders: string[] = [];
const stores: SqliteStore[] = [];

/** A fresh folder, removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'scalesweep-results-'));
  folders.push(folder);
  return folder;
}

/** A store that is closed after the test. */
export function open(file: string, options: OpenStoreOptions = { mode: 'run' }): SqliteStore {
  const store = openStore(file, options);
  stores.push(store);
  return store;
}

export function freshStore(): SqliteStore {
  return open(path.join(temporaryFolder(), 'results.db'));
}

afterEach(() => {
  for (const store of stores.splice(0)) store.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
