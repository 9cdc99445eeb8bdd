import { existsSync, mkdtempSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { messageOf, ScalesweepError } from '../../contract/index.ts';

/**
 * For a folder that is made when it is needed: refused before any work is done, where it could not be made.
 *
 * @param option that names another folder.
 * @throws {ScalesweepError} STORE_UNWRITABLE
 */
export function requireWritable(folder: string, option: string): void {
  let nearest = path.resolve(folder);
  while (!existsSync(nearest) && path.dirname(nearest) !== nearest) nearest = path.dirname(nearest);
  try {
    // Tried: permissions alone do not tell of read-only and network file systems.
    rmdirSync(mkdtempSync(path.join(nearest, '.scalesweep-')));
  } catch (error) {
    throw new ScalesweepError('STORE_UNWRITABLE', `Expected to write into ${folder}, got ${messageOf(error)}`, {
      hint: `Start it in a folder that you may write to, or name another one: ${option} DIR.`,
      cause: error,
    });
  }
}
