/** Whether a path still names the file that is open: somebody may remove, move or replace it meanwhile. */
import { lstatSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { ScalesweepError } from '../../contract/index.ts';

export interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
}

/** `undefined` where there is no such file. */
export function fileIdentity(file: string): FileIdentity | undefined {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? undefined : { device: stats.dev, inode: stats.ino };
}

export function isSameFile(one: FileIdentity | undefined, other: FileIdentity | undefined): boolean {
  return one !== undefined && one.device === other?.device && one.inode === other.inode;
}

/**
 * The file's own path, so that its side files (log, lock) lie beside it however it was named.
 *
 * @throws {ScalesweepError} `NOT_FOUND` for a symbolic link to nothing.
 */
export function realFile(file: string): string {
  if (statSync(file, { throwIfNoEntry: false }) !== undefined) return realOr(file);
  if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    throw new ScalesweepError(
      'NOT_FOUND',
      `Expected a results store in ${file}, got a symbolic link to a file that is not there`,
      {
        hint: 'Remove the link or restore the file it names (is its disk mounted?).',
      },
    );
  }
  const folder = path.dirname(path.resolve(file));
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return file;
  const real = realpathSync(folder);
  return real === folder ? file : path.join(real, path.basename(file));
}

/** As it was given, where no link leads elsewhere: a short path reads better. */
function realOr(file: string): string {
  const real = realpathSync(file);
  return real === path.resolve(file) ? file : real;
}

/**
 * Two names of one file have each a log and a lock of their own, so that two programs would write it at once.
 *
 * @throws {ScalesweepError} `STORE_LOCKED`
 */
export function refuseHardLinks(file: string): void {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined || !stats.isFile() || stats.nlink < 2) return;
  const names = stats.nlink;
  throw new ScalesweepError(
    'STORE_LOCKED',
    `Expected one name for the results store ${file}, got a file with ${names} names (hard links)`,
    {
      hint: `Remove the others (find them with: find . -samefile ${file}) or copy the store to a file of its own.`,
    },
  );
}
