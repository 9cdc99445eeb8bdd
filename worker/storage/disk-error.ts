import { messageOf, ScalesweepError } from '../../contract/index.ts';

const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const UNWRITABLE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST']);

/** The system's code of an error (`ENOSPC`), if it has one. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** What a failed write means to the user: a full disk, a folder that cannot be written, or the error itself (a bug). */
export function diskError(error: unknown, file: string): unknown {
  const code = systemCode(error) ?? '';
  if (FULL.has(code)) {
    return new ScalesweepError('DISK_FULL', `Expected room to write ${file}, got ${code}: ${messageOf(error)}`, {
      hint: 'Free some space (or raise the quota or file-size limit) and resume; what was saved before is kept.',
      cause: error,
    });
  }
  if (UNWRITABLE.has(code)) {
    return new ScalesweepError('STORE_UNWRITABLE', `Expected to be able to write ${file}, got ${code}`, {
      hint: 'Check who owns the folder and whether its disk is mounted read-only.',
      cause: error,
    });
  }
  return error;
}
