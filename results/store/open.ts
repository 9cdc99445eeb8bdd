/** Opens the SQLite file behind a store: made whole or not at all, checked before it is trusted. */
import {
  existsSync,
  linkSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  closeSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import type { StoreMode } from '../store.ts';
import { ScalesweepError, type Facts } from '../../contract/index.ts';
import { APPLICATION_ID, migrate, needsMigration } from './migrate.ts';
import { makeFolder } from './make-folder.ts';
import { guarded, storeCorrupt } from './sqlite-errors.ts';

const MIB = 2 ** 20;
/** Up to this size every page is checked at open (about 3 ms per MiB); above, only header, size and schema. */
const FULL_CHECK_BYTES = 16 * MIB;
const HEADER = 'SQLite format 3\0';

interface OpenOptions {
  readonly mode: StoreMode;
  readonly lockTimeoutMs: number;
  readonly facts: Facts;
}

/** An open database, migrated and checked. The caller closes it. */
export function openDatabase(file: string, options: OpenOptions): Database.Database {
  const { mode, lockTimeoutMs, facts } = options;
  return guarded(file, () => {
    if (!existsSync(file)) {
      if (mode === 'read') {
        throw new ScalesweepError('NOT_FOUND', `Expected a results store in ${file}, got no file`, {
          hint: 'Run a grid first, or name the store with --db FILE.',
        });
      }
      createStore(file, facts);
    }
    checkHeader(file);
    const db = mode === 'read' ? openForReading(file, lockTimeoutMs) : openForWriting(file, lockTimeoutMs);
    try {
      checkContent(db, file);
      if (needsMigration(db, file, facts)) upgrade(db, file, options);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/**
 * A new store appears under its name only once it is whole, so that a kill in between leaves no empty file which a
 * later start would have to take for a damaged one.
 */
function createStore(file: string, facts: Facts): void {
  makeFolder(path.dirname(path.resolve(file)));
  const making = `${file}.making-${process.pid}`;
  try {
    const db = new Database(making);
    try {
      configureWriter(db);
      migrate(db, making, facts);
      // Closing does the same, but does not say when it fails; and the log of this name is not taken along.
      db.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      db.close();
    }
    // A log left over from a store that was deleted by hand would be replayed into the new one.
    for (const suffix of ['-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
    putInPlace(making, file);
  } finally {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${making}${suffix}`, { force: true });
  }
}

/** A hard link fails where another process was first, and then that one's store is used. */
function putInPlace(making: string, file: string): void {
  try {
    linkSync(making, file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') return;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    renameSync(making, file);
  }
}

function configureWriter(db: Database.Database): void {
  db.pragma('journal_mode = WAL');
  // With a write-ahead log, NORMAL loses at most the last transactions on a power cut, never the file.
  db.pragma('synchronous = NORMAL');
  db.pragma('foreign_keys = ON');
}

/** The database after its first use, which is what finds out that it cannot be used; closed again when it does. */
function opened(db: Database.Database, firstUse: (db: Database.Database) => unknown): Database.Database {
  try {
    firstUse(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function openForWriting(file: string, lockTimeoutMs: number): Database.Database {
  return opened(new Database(file, { timeout: lockTimeoutMs }), configureWriter);
}

function openForReading(file: string, lockTimeoutMs: number): Database.Database {
  try {
    return opened(new Database(file, { readonly: true, timeout: lockTimeoutMs }), (db) => db.pragma('schema_version'));
  } catch (error) {
    const isFolderUnwritable = error instanceof Database.SqliteError && /CANTOPEN|READONLY/.test(error.code);
    if (!isFolderUnwritable || hasLog(file)) throw error;
    return openCopyInMemory(file);
  }
}

/**
 * On a read-only medium SQLite cannot make the shared memory of its write-ahead log. Without a log beside it the file
 * is all there is, and can be read whole; its header must no longer ask for a log (bytes 18 and 19).
 */
function openCopyInMemory(file: string): Database.Database {
  const bytes = readFileSync(file);
  bytes[18] = 1;
  bytes[19] = 1;
  return new Database(bytes, { readonly: true });
}

/** Whether a write-ahead log with transactions lies beside the file. */
function hasLog(file: string): boolean {
  return (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** @throws `STORE_CORRUPT` for an empty file, for one that is no SQLite file, and for one that was cut short. */
function checkHeader(file: string): void {
  const stats = statSync(file);
  if (stats.isDirectory()) throw storeCorrupt(file, 'it is a folder');
  if (stats.size === 0) throw storeCorrupt(file, 'it is empty');
  const head = Buffer.alloc(100);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, head, 0, head.length, 0);
  } finally {
    closeSync(handle);
  }
  if (head.toString('latin1', 0, 16) !== HEADER) throw storeCorrupt(file, 'it is not an SQLite file');
  // Beside a log the size in the header may run ahead of the file, rightly.
  if (hasLog(file)) return;
  const pageSize = head.readUInt16BE(16) === 1 ? 65_536 : head.readUInt16BE(16);
  const expected = pageSize * head.readUInt32BE(28);
  if (stats.size < expected) throw storeCorrupt(file, `it was cut short, ${stats.size} bytes of ${expected}`);
}

function checkContent(db: Database.Database, file: string): void {
  if (Number(db.pragma('application_id', { simple: true })) !== APPLICATION_ID) {
    throw storeCorrupt(file, 'it is an SQLite file of another program');
  }
  if (statSync(file).size > FULL_CHECK_BYTES) return;
  const verdict = String(db.pragma('quick_check(1)', { simple: true }));
  if (verdict !== 'ok') throw storeCorrupt(file, verdict.replaceAll(/\s+/g, ' '));
}

/** A reader may be the first to meet an older store: it is upgraded over a connection that may write. */
function upgrade(db: Database.Database, file: string, { mode, lockTimeoutMs, facts }: OpenOptions): void {
  if (mode !== 'read') {
    migrate(db, file, facts);
    return;
  }
  const writer = openForWriting(file, lockTimeoutMs);
  try {
    migrate(writer, file, facts);
  } finally {
    writer.close();
  }
}
