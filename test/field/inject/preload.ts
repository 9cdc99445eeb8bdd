import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CALL_KINDS, type Failure } from './call-kinds.ts';

/** Compiles the library into `folder`; needs a C compiler, as better-sqlite3 does. */
export function compileInjector(folder: string): string {
  const library = path.join(folder, 'inject.so');
  const source = path.join(import.meta.dirname, 'inject.c');
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl']);
  return library;
}

/** The environment of a run whose calls on files below `folder` are counted, and one of which may fail. */
export function injecting(library: string, folder: string, counts: string, failure?: Failure): Record<string, string> {
  writeFileSync(counts, Buffer.alloc(8 * CALL_KINDS.length));
  const named = failure && {
    INJECT_OP: String(failure.kind),
    INJECT_AT: String(failure.at),
    INJECT_ERRNO: String((CALL_KINDS[failure.kind]!.errors as Readonly<Record<string, number>>)[failure.error]),
  };
  return { LD_PRELOAD: library, INJECT_COUNTS: counts, INJECT_UNDER: folder, ...named };
}

/** Calls by kind that a run made. */
export function readCounts(counts: string): number[] {
  const bytes = readFileSync(counts);
  return CALL_KINDS.map((_, at) => Number(bytes.readBigUInt64LE(8 * at)));
}
