/**
 * Numbered, forward-only migrations: results/migrations/000001.sql and so on; `user_version` says how far a store is. Columns of
 * facts that it still lacks then are added as the tables of facts say, with no number: a program that does not know
 * them reads past them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Database } from 'better-sqlite3';
import { EXIT, packageRoot, ScalesweepError, type Facts } from '../../contract/index.ts';
import { missingColumns } from './fact-columns.ts';

/** "sswp": tells a results store from any other SQLite file. */
export const APPLICATION_ID = 0x73737770;

interface Migration {
  readonly version: number;
  readonly file: string;
}

function migrations(): Migration[] {
  const folder = path.join(packageRoot(), 'results', 'migrations');
  return readdirSync(folder)
    .filter((name) => /^\d{6}\.sql$/.test(name))
    .sort()
    .map((name) => ({ version: Number(name.slice(0, 6)), file: path.join(folder, name) }));
}

function versionOf(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}

/** Whether the store lacks a migration. @throws `STORE_TOO_NEW` (exit 4) when it has one that this program lacks. */
export function needsMigration(db: Database, file: string, facts: Facts): boolean {
  const newest = migrations().at(-1)?.version ?? 0;
  const version = versionOf(db);
  if (version > newest) {
    throw new ScalesweepError(
      'STORE_TOO_NEW',
      `Expected ${file} to be a store of version ${newest} or less, got version ${version}`,
      {
        hint: 'It was written by a newer scalesweep: update this one, or choose another store with --db FILE.',
        exitCode: EXIT.storeTooNew,
      },
    );
  }
  return version < newest || missingColumns(db, facts).length > 0;
}

/** Brings a store up to date, each migration in a transaction of its own. */
export function migrate(db: Database, file: string, facts: Facts): void {
  if (!needsMigration(db, file, facts)) return;
  for (const migration of migrations()) {
    db.transaction(() => {
      // Read again under the write lock: another process may have been first.
      if (versionOf(db) >= migration.version) return;
      db.exec(readFileSync(migration.file, 'utf8'));
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${migration.version}`);
    }).immediate();
  }
  db.transaction(() => {
    for (const statement of missingColumns(db, facts)) db.exec(statement);
  }).immediate();
}
