/**
 * One process runs sweeps on a store. The lock is a small SQLite file beside the store in which the owner holds a
 * write transaction for as long as it lives: the kernel drops it the moment the process dies, however it died, so
 * there are no stale locks, no time-outs and no guessing whether a process id was reused or belongs to another
 * container. Who owns it stands in the file, readable while the lock is held. Where locks do nothing (some network file
 * systems), the record of `owner-record.ts` beside it is the second guard.
 */
import { rmSync } from 'node:fs';
import { hostname } from 'node:os';
import Database from 'better-sqlite3';
import { ScalesweepError } from '../../contract/index.ts';
import { keepOwnerRecord, livingOwner, type OwnerRecordKeeper } from './owner-record.ts';
import { canLock } from './file-system.ts';
import { cannotLock, guarded } from './sqlite-errors.ts';

/** The record that the owner of a store keeps beside it. */
export const ownerRecordOf = (file: string): string => `${file}-running`;

export interface OwnerLock extends Pick<OwnerRecordKeeper, 'announce'> {
  release(): void;
}

/** Takes the lock at once or refuses. @throws `STORE_LOCKED` with the owner's process id and host. */
export function takeOwnerLock(file: string): OwnerLock {
  const lockFile = `${file}-owner`;
  const recordFile = ownerRecordOf(file);
  return guarded(lockFile, () => {
    const db = openLock(lockFile, file);
    try {
      const owner = livingOwner(recordFile);
      if (owner !== undefined) throw lockedBy(file, owner);
      const record = keepOwnerRecord(recordFile);
      return {
        announce: (workOf) => record.announce(workOf),
        release: () => {
          record.stop();
          if (db.inTransaction) db.exec('ROLLBACK');
          db.close();
        },
      };
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** The lock file with its lock taken. One that is damaged holds nothing that is missed, and is made again. */
function openLock(lockFile: string, file: string): Database.Database {
  try {
    return takeLock(lockFile, file);
  } catch (error) {
    if (!(error instanceof Database.SqliteError && /^SQLITE_(NOTADB|CORRUPT)/.test(error.code))) throw error;
    for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(`${lockFile}${suffix}`, { force: true });
    return takeLock(lockFile, file);
  }
}

function takeLock(lockFile: string, file: string): Database.Database {
  const db = new Database(lockFile, { timeout: 200 });
  try {
    // The row is a courtesy to whoever is refused; nothing here needs to survive a power cut.
    db.pragma('synchronous = OFF');
    db.pragma('busy_timeout = 0');
    db.exec('CREATE TABLE IF NOT EXISTS owner (one INTEGER PRIMARY KEY CHECK (one = 1), pid INTEGER, host TEXT)');
    const sign = db.prepare('INSERT OR REPLACE INTO owner (one, pid, host) VALUES (1, ?, ?)');
    do {
      db.exec('BEGIN IMMEDIATE');
      sign.run(process.pid, hostname());
      db.exec('COMMIT');
      db.exec('BEGIN IMMEDIATE');
      // Between the commit and the second BEGIN another process may have come and gone: then the row names it.
    } while (readOwner(db)?.pid !== process.pid && db.exec('COMMIT'));
    return db;
  } catch (error) {
    const owner = isBusy(error) ? readOwner(db) : undefined;
    db.close();
    if (!isBusy(error)) throw error;
    throw canLock(file) ? lockedBy(file, owner) : cannotLock(file, error);
  }
}

interface Owner {
  readonly pid: number;
  readonly host: string;
}

function readOwner(db: Database.Database): Owner | undefined {
  try {
    return db.prepare<[], Owner>('SELECT pid, host FROM owner').get();
  } catch {
    return undefined;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

function lockedBy(file: string, owner: Owner | undefined): ScalesweepError {
  const who = owner === undefined ? 'another process' : `process ${owner.pid} on ${owner.host}`;
  return new ScalesweepError(
    'STORE_LOCKED',
    `Expected to run sweeps on ${file}, got a store that ${who} is running sweeps on`,
    {
      hint: 'Let it finish or stop it; `scalesweep status`, `pause` and `cancel` work meanwhile.',
    },
  );
}
