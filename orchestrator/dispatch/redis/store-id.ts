import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ScalesweepError } from '../../../contract/index.ts';

/**
 * The name by which workers know a store: random, made once, kept beside the file. Without it (a store that was copied alone) a new one
 * is made: then what workers elsewhere still hold of the old one is trained again, and their late results go nowhere.
 *
 * Called by the process that owns the store, so nobody else makes one at the same time.
 *
 * @throws {ScalesweepError} STORE_CORRUPT
 */
export function storeId(db: string): string {
  const file = `${db}-queue`;
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(16).toString('hex')}\n`, { flag: 'wx' });
  const id = readFileSync(file, 'utf8').trim();
  if (/^[0-9a-f]{32}$/.test(id)) return id;
  throw new ScalesweepError('STORE_CORRUPT', `Expected 32 hex digits in ${file}, got '${id.slice(0, 40)}'`, {
    hint: 'Remove it: a new one is made, and what workers elsewhere have in hand is trained again.',
  });
}
