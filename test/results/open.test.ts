import { copyFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { isScalesweepError, type ScalesweepError } from '../../contract/index.ts';
import { openStore, resultRows } from '../../results/index.ts';
import { complete, freshStore, open, planned, sweepInput, temporaryFolder } from './support/fixtures.ts';

function errorOf(run: () => unknown): ScalesweepError {
  try {
    run();
  } catch (error) {
    if (isScalesweepError(error)) return error;
    throw error;
  }
  throw new Error('Expected an error, got none');
}

/** A closed store with some hundred finished trials; returns its file. */
function filledStore(trials = 300): string {
  const store = freshStore();
  const sweep = store.createSweep(sweepInput('a'));
  const plan = Array.from({ length: trials }, (_, seed) => planned({ seed }));
  store.addTrials(sweep.id, plan);
  store.batch(() => {
    for (const trial of plan) complete(store, trial, 0.5);
  });
  store.close();
  return store.file;
}

describe('a damaged store is named and never half-used', () => {
  test.each([
    ['empty', (file: string) => truncateSync(file, 0), /it is empty/],
    ['garbage', (file: string) => writeFileSync(file, 'not a database at all, '.repeat(100)), /not an SQLite file/],
    ['cut short', (file: string) => truncateSync(file, Math.floor(statSync(file).size / 2)), /cut short/],
    ['shorter than a header', (file: string) => truncateSync(file, 50), /cut short|not an SQLite file|damaged/],
  ])('%s', (_name, damage, message) => {
    const file = filledStore();
    damage(file);
    for (const mode of ['read', 'steer', 'run'] as const) {
      const error = errorOf(() => openStore(file, { mode }));
      expect(error.code).toBe('STORE_CORRUPT');
      expect(error.message).toMatch(message);
      expect(error.message).toContain(file);
      expect(error.hint).toBeDefined();
    }
  });

  test('pages overwritten in the middle', () => {
    const file = filledStore();
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 8192, bytes.length - 4096);
    writeFileSync(file, bytes);
    expect(errorOf(() => openStore(file)).code).toBe('STORE_CORRUPT');
  });

  test('damage that is met later, after opening', () => {
    const file = filledStore();
    const store = open(file, { mode: 'read' });
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 4096);
    writeFileSync(file, bytes);
    store.connection.db.pragma('shrink_memory');
    expect(errorOf(() => resultRows(store)).code).toBe('STORE_CORRUPT');
  });

  test('an SQLite file of another program', () => {
    const file = path.join(temporaryFolder(), 'other.db');
    const other = new Database(file);
    other.exec('CREATE TABLE t (a)');
    other.close();
    expect(errorOf(() => openStore(file)).message).toMatch(/another program/);
    const check = new Database(file);
    expect(check.prepare('SELECT name FROM sqlite_master').pluck().all()).toEqual(['t']);
    check.close();
  });

  test('a folder', () => {
    expect(errorOf(() => openStore(temporaryFolder())).message).toMatch(/it is a folder/);
  });
});

describe('a store of another version', () => {
  test('a newer one is refused with exit code 4, and left as it was', () => {
    const file = filledStore(1);
    const db = new Database(file);
    db.pragma('user_version = 999');
    db.close();
    const error = errorOf(() => openStore(file));
    expect(error).toMatchObject({ code: 'STORE_TOO_NEW', exitCode: 4 });
    expect(error.message).toContain('999');
  });

  test('opening twice migrates once', () => {
    const file = filledStore(1);
    const versions = [1, 2].map(() => {
      const store = openStore(file);
      store.close();
      const db = new Database(file, { readonly: true });
      const version = db.pragma('user_version', { simple: true });
      db.close();
      return version;
    });
    expect(versions).toEqual([6, 6]);
  });

  /** What each migration after the first added. */
  const added = [
    { version: 2, columns: { trials: 'micro_batch', attempts: 'micro_batch' } },
    { version: 3, columns: { trials: 'train_seconds' } },
    { version: 4, columns: { sweeps: 'overrides' } },
    { version: 4, columns: { sweeps: 'facts' } },
  ];
  test.each([1, 2, 3, 4, 5].flatMap((from) => (['read', 'steer', 'run'] as const).map((mode) => ({ from, mode }))))(
    'one of version $from keeps its results, opened to $mode',
    ({ from, mode }) => {
      const file = filledStore(3);
      const db = new Database(file);
      for (const { columns } of added.filter(({ version }) => version > from))
        for (const [table, column] of Object.entries(columns)) db.exec(`ALTER TABLE ${table} DROP COLUMN ${column}`);
      if (from < 5) db.exec('DROP TABLE seed_noise');
      // Depth was a whole number.
      db.exec(`DROP INDEX cells_by_flops; ALTER TABLE cells ADD COLUMN whole INTEGER NOT NULL DEFAULT 0; UPDATE cells SET whole = depth;
          ALTER TABLE cells DROP COLUMN depth; ALTER TABLE cells RENAME COLUMN whole TO depth; CREATE INDEX cells_by_flops ON cells (depth)`);
      db.pragma(`user_version = ${from}`);
      db.close();
      const store = openStore(file, { mode });
      const { id, facts } = store.sweep();
      expect(facts).toEqual({ engine: planned().trial.spec.engine, dataset: planned().trial.spec.data.name });
      expect(store.counts(id)).toMatchObject({ done: 3 });
      const [row] = [...resultRows(store)];
      expect(row).toMatchObject({
        depth: planned().trial.spec.model.depth,
        seconds: 10,
        trainSeconds: from < 3 ? null : 8,
      });
      expect(store.trial(row!.id).attempts).toMatchObject([{ outcome: 'done', microBatch: null }]);
      store.close();
    },
  );
});

test.each([
  { argv: [], overrides: {} },
  {
    argv: ['--max-flops', '123456789012345680000', '--engine', 'noop'],
    overrides: { maxFlops: 123456789012345680000, engine: 'noop' },
  },
  { argv: ['--max-train-flops', '1e+21'], overrides: { maxTrainFlops: 1e21 } },
])('flags that a store of version 3 kept as text are read as data: $argv', ({ argv, overrides }) => {
  const file = filledStore(1);
  const db = new Database(file);
  for (const column of ['overrides', 'facts']) db.exec(`ALTER TABLE sweeps DROP COLUMN ${column}`);
  db.exec('DROP TABLE seed_noise');
  db.prepare('UPDATE sweeps SET argv = ?').run(JSON.stringify(argv));
  db.pragma('user_version = 3');
  db.close();
  const store = openStore(file, { mode: 'read' });
  expect(store.sweep().overrides).toEqual(overrides);
  store.close();
});

describe('where a store cannot be written', () => {
  test('a path below a file', () => {
    const file = path.join(temporaryFolder(), 'plain');
    writeFileSync(file, '');
    const error = errorOf(() => openStore(path.join(file, 'results.db')));
    expect(error.code).toBe('STORE_UNWRITABLE');
    expect(error.hint).toMatch(/--db/);
  });

  test('/proc', () => {
    expect(errorOf(() => openStore('/proc/scalesweep/results.db')).code).toBe('STORE_UNWRITABLE');
  });

  test('reading what is not there makes no file', () => {
    const folder = temporaryFolder();
    expect(errorOf(() => openStore(path.join(folder, 'results.db'), { mode: 'read' })).code).toBe('NOT_FOUND');
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a new store', () => {
  test('is made with its folders, and leaves nothing half-made beside it', () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'deep', 'er', 'results.db');
    openStore(file).close();
    expect(readdirSync(path.dirname(file))).toEqual(['results.db']);
  });

  test('does not take over the log of a store that was deleted', () => {
    const file = filledStore();
    const store = open(file, { mode: 'run' });
    store.createSweep(sweepInput('b', 9));
    const folder = temporaryFolder();
    copyFileSync(`${file}-wal`, path.join(folder, 'results.db-wal'));
    expect(statSync(path.join(folder, 'results.db-wal')).size).toBeGreaterThan(0);
    const fresh = open(path.join(folder, 'results.db'));
    expect(fresh.sweeps()).toEqual([]);
  });
});
