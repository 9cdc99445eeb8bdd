import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { messageOf, ScalesweepError } from '../../contract/index.ts';

/**
 * A reader sees the old file or the new one, never half of it.
 *
 * @throws {ScalesweepError} `STORE_UNWRITABLE`
 */
export function writeWhole(file: string, content: Uint8Array | string): void {
  const making = `${file}.making-${process.pid}`;
  try {
    writeFileSync(making, content);
    renameSync(making, file);
  } catch (error) {
    // Below a file, even asking to remove what is not there fails.
    if (existsSync(making)) rmSync(making);
    throw new ScalesweepError('STORE_UNWRITABLE', `Expected to write ${file}, got ${messageOf(error)}`, {
      cause: error,
    });
  }
}
