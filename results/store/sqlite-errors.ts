/** SQLite's errors in the words of the user: which file, what is wrong with it, what to do. */
import { statfsSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { ScalesweepError, systemError } from '../../contract/index.ts';
import { canLock, networkFileSystem } from './file-system.ts';

export function storeCorrupt(file: string, reason: string, cause?: unknown): ScalesweepError {
  return new ScalesweepError('STORE_CORRUPT', `Expected a results store in ${file}, got a damaged file: ${reason}`, {
    hint: 'Restore the file from a copy, or move it away (with its -wal and -shm neighbours) to begin a new store.',
    cause,
  });
}

function storeUnwritable(file: string, reason: string, cause?: unknown): ScalesweepError {
  return new ScalesweepError('STORE_UNWRITABLE', `Expected to write the results store ${file}, got: ${reason}`, {
    hint: 'Choose a folder you may write to with --db FILE.',
    cause,
  });
}

function diskFull(file: string, cause?: unknown): ScalesweepError {
  return new ScalesweepError('DISK_FULL', `Expected room for the results store ${file}, got a full disk`, {
    hint: 'Free some space and run `scalesweep resume`; all that was finished is kept.',
    cause,
  });
}

export function cannotLock(file: string, cause?: unknown): ScalesweepError {
  const kind = networkFileSystem(file);
  return new ScalesweepError(
    'STORE_UNWRITABLE',
    `Expected a file system that locks files for the results store ${file}, got ${kind ?? 'one'} in ${path.dirname(file)} that cannot`,
    {
      hint: 'Keep the store on a local disk (--db FILE); checkpoints and datasets may stay on a network file system.',
      cause,
    },
  );
}

/** An I/O error on a disk without a free block is a full disk, in any statement that meets it. */
function isDiskFull(file: string): boolean {
  try {
    return statfsSync(path.dirname(file)).bavail === 0;
  } catch {
    return false;
  }
}

/** The `ScalesweepError` that an error of SQLite or of the file system stands for; any other error as it came. */
export function storeError(error: unknown, file: string): unknown {
  if (error instanceof Database.SqliteError) {
    const { code, message } = error;
    if (/^SQLITE_(BUSY|LOCKED)/.test(code)) {
      if (!canLock(file)) return cannotLock(file, error);
      return new ScalesweepError(
        'STORE_LOCKED',
        `Expected to write the results store ${file}, got a lock: ${message}`,
        {
          hint: 'Another program holds it in a transaction; run the command again when that has ended.',
          cause: error,
        },
      );
    }
    if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return storeCorrupt(file, message, error);
    if (code === 'SQLITE_FULL') return diskFull(file, error);
    if (/^SQLITE_(IOERR|CANTOPEN)/.test(code) && isDiskFull(file)) return diskFull(file, error);
    if (/^SQLITE_(?:PROTOCOL|IOERR_(?:\w*LOCK|SHM\w*))$/.test(code) && !canLock(file)) return cannotLock(file, error);
    if (/^SQLITE_(READONLY|CANTOPEN|IOERR|PERM)/.test(code)) return storeUnwritable(file, message, error);
    return systemError(error, `use the results store ${file}`) ?? error;
  }
  if (error instanceof Error && 'code' in error) {
    if (error.code === 'ENOSPC' || error.code === 'EDQUOT') return diskFull(file, error);
    if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR', 'ENOENT', 'EEXIST'].includes(String(error.code))) {
      return storeUnwritable(file, error.message, error);
    }
  }
  return systemError(error, `use the results store ${file}`) ?? error;
}

/** Runs a function; what SQLite throws in it is thrown as a `ScalesweepError`. */
export function guarded<R>(file: string, run: () => R): R {
  try {
    return run();
  } catch (error) {
    throw storeError(error, file);
  }
}
