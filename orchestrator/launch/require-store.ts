import { existsSync } from 'node:fs';
import { ScalesweepError } from '../../contract/index.ts';

/** Opening a store to write makes it if need be; a command that goes on with one must not. @throws NOT_FOUND */
export function requireStore(file: string): void {
  if (existsSync(file)) return;
  throw new ScalesweepError('NOT_FOUND', `Expected a results store in ${file}, got no file`, {
    hint: 'Run a grid first (scalesweep run GRID), or name the store with --db FILE.',
  });
}
