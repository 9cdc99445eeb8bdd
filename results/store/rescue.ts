/** What is done when the store's file is not at its path any more: all that it holds is written to a new file beside. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Database } from 'better-sqlite3';
import { messageOf, ScalesweepError } from '../../contract/index.ts';
import { makeFolder } from './make-folder.ts';

/** Writes the store, which is open though its path is gone, to a new file; returns the error to end with. */
export function rescue(db: Database, file: string): ScalesweepError {
  const saved = freeName(`${file}.rescued`);
  const lost = `Expected the results store at ${file}, got a path that was removed, moved or replaced while it was open`;
  try {
    makeFolder(path.dirname(path.resolve(file)));
    db.prepare('VACUUM INTO ?').run(saved);
    return new ScalesweepError('STORE_LOST', `${lost}; all results are saved in ${saved}`, {
      hint: `Put it back (rm -f ${file}-wal ${file}-shm; mv ${saved} ${file}), then: scalesweep resume`,
    });
  } catch (error) {
    return new ScalesweepError('STORE_LOST', `${lost}; saving its results in ${saved} failed: ${messageOf(error)}`, {
      hint: 'What was finished since it was removed is trained again by the next run.',
      cause: error,
    });
  }
}

function freeName(wanted: string): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted}-${n}`;
    if (!existsSync(name)) return name;
  }
}
