/**
 * Errors of the operating system and of SQLite in the words of the user: which file, what happened, what to do. They are
 * the machine's and never a bug of the program, so every command ends with them as with a usage error.
 */
import { messageOf, ScalesweepError, type ErrorCode, type ScalesweepErrorOptions } from './errors.ts';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'SQLITE_FULL']);
const UNWRITABLE = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOTDIR',
  'EISDIR',
  'EEXIST',
  'ENOENT',
  'ELOOP',
  'ENAMETOOLONG',
]);
const NO_LOCKS = new Set(['ENOLCK', 'ENOSYS', 'EOPNOTSUPP', 'ENOTSUP']);

const HINTS: Readonly<Record<string, string>> = {
  EMFILE: 'This user has too many open files: raise the limit (ulimit -n 4096), or use fewer workers.',
  ENFILE: 'This machine has too many open files: close other programs.',
  EIO: 'The disk or network file system reports an error: see dmesg, then run the command again.',
  ESTALE: 'The network file system lost the file: mount it again, then run the command again.',
  ENOMEM: 'The machine is out of memory: use fewer workers.',
  ENOLCK: 'This file system cannot lock or share files as SQLite needs it: keep the store on a local disk (--db FILE).',
  EADDRINUSE: 'Another program listens there: stop it or choose another port.',
};

/** The system's code of an error (`ENOSPC`), or SQLite's (`SQLITE_IOERR_READ`), if it has one. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  // Node's own codes (ERR_INVALID_ARG_TYPE) are mistakes of whoever calls it.
  const isSystem = /^E[A-Z0-9]+$/.test(error.code) && !error.code.startsWith('ERR_');
  return isSystem || (error.name === 'SqliteError' && error.code.startsWith('SQLITE_')) ? error.code : undefined;
}

/** What a failed call means to the user. @param what was to be done: `write /data/results.db` */
export function systemError(error: unknown, what?: string): ScalesweepError | undefined {
  const code = systemCode(error);
  if (code === undefined) return nativePartError(error);
  const { kind, hint } = meaningOf(code);
  const options: ScalesweepErrorOptions = { hint, cause: error };
  const expected = what === undefined ? 'Expected a call to the system to succeed' : `Expected to ${what}`;
  return new ScalesweepError(kind, `${expected}, got ${detailOf(error, code)}`, options);
}

/** Packages with a native part: one that was never built (`npm ci --ignore-scripts`), or built for another Node.js. */
const NATIVE_PARTS = ['better-sqlite3', 'onnxruntime-node', 'sharp', '@resvg/resvg-js', 'koffi'];

function nativePartError(error: unknown): ScalesweepError | undefined {
  const text = error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : '';
  const isUnbuilt =
    /Could not locate the bindings file|Could not load the "?sharp"? module|NODE_MODULE_VERSION/.test(text) ||
    (error instanceof Error && 'code' in error && error.code === 'ERR_DLOPEN_FAILED');
  if (!isUnbuilt) return undefined;
  const name = NATIVE_PARTS.find((part) => text.includes(part)) ?? 'a package';
  const reason = /NODE_MODULE_VERSION/.test(text) ? 'a build for another version' : 'none that loads';
  return new ScalesweepError(
    'SYSTEM',
    `Expected the native part of ${name} for Node.js ${process.version} on ${process.platform} ${process.arch}, got ${reason}`,
    { hint: `npm rebuild ${name} (in the folder where scalesweep is installed)`, cause: error },
  );
}

function detailOf(error: unknown, code: string): string {
  const message = messageOf(error);
  return message.startsWith(code) ? message : `${code}: ${message}`;
}

function meaningOf(code: string): { kind: ErrorCode; hint: string } {
  if (FULL.has(code))
    return {
      kind: 'DISK_FULL',
      hint: 'Free some space (or raise the quota or file-size limit), then run the command again; what was saved before is kept.',
    };
  if (UNWRITABLE.has(code))
    return {
      kind: 'STORE_UNWRITABLE',
      hint: 'Check that the folder exists, who owns it and whether its disk is mounted read-only.',
    };
  if (NO_LOCKS.has(code)) return { kind: 'SYSTEM', hint: HINTS['ENOLCK']! };
  if (/^SQLITE_IOERR_(?:\w*LOCK|SHM\w*)$/.test(code) || code === 'SQLITE_PROTOCOL')
    return { kind: 'SYSTEM', hint: HINTS['ENOLCK']! };
  if (code.startsWith('SQLITE_IOERR') || code === 'SQLITE_CANTOPEN') return { kind: 'SYSTEM', hint: HINTS['EIO']! };
  return {
    kind: 'SYSTEM',
    hint: HINTS[code] ?? 'The system refused it: see the message above, then run the command again.',
  };
}
