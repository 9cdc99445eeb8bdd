import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/**
 * The name by which workers know a store: random, made once, kept beside the file. Without it (a store that was copied alone), or with a damaged one, a new one
 * is made: then what workers elsewhere still hold of the old one is trained again, and their late results go nowhere.
 *
 * Called by the process that owns the store, so nobody else makes one at the same time.
 */
export function storeId(db: string): string {
  const file = `${db}-queue`;
  const known = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  if (/^[0-9a-f]{32}$/.test(known)) return known;
  const id = randomBytes(16).toString('hex');
  // Whole or not at all: a crash in between leaves no half a name.
  writeFileSync(`${file}.tmp-${process.pid}`, `${id}\n`);
  renameSync(`${file}.tmp-${process.pid}`, file);
  return id;
}
