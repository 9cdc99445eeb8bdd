import os from 'node:os';

/** Kinds of system calls in the order of inject.c, and what each may fail with. */
const { EACCES, ENOSPC, EIO, ENOENT, EMFILE, ENOLCK } = os.constants.errno;
export const CALL_KINDS = [
  { name: 'open', errors: { EACCES, ENOSPC, EIO, ENOENT, EMFILE } },
  { name: 'read', errors: { EIO } },
  { name: 'write', errors: { ENOSPC, EIO } },
  { name: 'fsync', errors: { ENOSPC, EIO } },
  { name: 'rename', errors: { EACCES, ENOSPC, EIO, ENOENT } },
  { name: 'mkdir', errors: { EACCES, ENOSPC, EIO, ENOENT } },
  { name: 'fcntl', errors: { EACCES, EIO, ENOLCK } },
  { name: 'mmap', errors: { EACCES, EIO } },
  { name: 'connect', errors: { EACCES, EMFILE } },
] as const satisfies readonly { name: string; errors: Readonly<Record<string, number>> }[];

/** One call that fails: the `at`-th of its kind. */
export interface Failure {
  readonly kind: number;
  readonly at: number;
  readonly error: string;
}

export function describeFailure({ kind, at, error }: Failure): string {
  return `${CALL_KINDS[kind]!.name} ${at}: ${error}`;
}
