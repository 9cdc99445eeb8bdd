/** The text of a grid file. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { isScalesweepError, messageOf, packageRoot, ScalesweepError } from '../../contract/index.ts';
import { GridError } from './problems.ts';

/** A grid is written by hand; a bigger file is something else that was named by mistake. */
const MAX_BYTES = 1_000_000;

/** @throws {ScalesweepError} `GRID_INVALID` when the file is missing, is no file, is too big or is not UTF-8. */
export function readGridFile(file: string): string {
  let bytes: Buffer;
  try {
    // Asked first: a device or a disk image named by mistake must not be read to its end.
    const { size } = statSync(file);
    if (size > MAX_BYTES) throw tooBig(file, size);
    bytes = readFileSync(file);
  } catch (error) {
    throw isScalesweepError(error) ? error : unreadable(file, error);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw notUtf8(file, bytes);
  }
}

function tooBig(file: string, size: number): ScalesweepError {
  const message = `${file}: Expected a grid file of at most ${MAX_BYTES / 1e6} MB, got ${(size / 1e6).toFixed(1)} MB`;
  return new ScalesweepError('GRID_INVALID', message, { hint: 'Check the path: a grid is a short text.' });
}

function unreadable(file: string, error: unknown): ScalesweepError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') {
    return new ScalesweepError('GRID_INVALID', `Expected a grid file, got no file at ${file}`, {
      hint: `\`scalesweep init ${file}\` writes one to begin with; those of the program are in ${path.relative('', path.join(packageRoot(), 'grids'))}.`,
      cause: error,
    });
  }
  if (code === 'EISDIR') {
    return new ScalesweepError('GRID_INVALID', `Expected a grid file, got the folder ${file}`, {
      hint: 'Name one of the .yaml files in it.',
      cause: error,
    });
  }
  return new ScalesweepError('GRID_INVALID', `Expected a readable grid file, got ${messageOf(error)}`, {
    hint: 'Check the path and its permissions.',
    cause: error,
  });
}

function notUtf8(file: string, bytes: Buffer): GridError {
  const before = new TextDecoder('utf-8').decode(bytes).split('\uFFFD', 1)[0] ?? '';
  const lines = before.split('\n');
  const message = 'Expected UTF-8 text, got a byte that is not part of any character';
  return new GridError(
    file,
    [{ line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1, message }],
    'Save the file as UTF-8.',
  );
}
