import { existsSync, readFileSync } from 'node:fs';
import type { FailureKind } from '../../contract/index.ts';

/** How a worker process ended, seen from outside. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to standard error. */
  readonly stderr: string;
  /** Resident memory when it last spoke or was last looked at, bytes. */
  readonly rssBytes: number;
  /** Processes that the kernel killed for memory between this worker's start and its end; `null` where it does not say. */
  readonly oomKills: number | null;
  readonly totalBytes: number;
}

/** Signals that native code brings on itself; any other comes from outside. */
const OWN_SIGNALS: ReadonlySet<NodeJS.Signals> = new Set([
  'SIGSEGV',
  'SIGABRT',
  'SIGBUS',
  'SIGILL',
  'SIGFPE',
  'SIGTRAP',
]);

/**
 * What the end of a worker means for the trial that it was executing.
 *
 * - V8 out of heap: out-of-memory. It aborts with a text and no code of its own, so the text is all there is to go by.
 * - SIGKILL while the kernel counts a kill for memory and this worker held at least a tenth of it: out-of-memory. Where the kernel does not
 *   count, a worker that held four fifths of all memory.
 * - SIGSEGV and its like: a crash, by the trial's own native code, which costs it a retry.
 * - Any other signal: someone killed it, which is no fault of the trial.
 * - An exit code: a crash.
 *
 * @param who begins the message.
 */
export function exitCause(exit: Exit, who = 'The worker'): { kind: FailureKind; message: string } {
  const tail = exit.stderr.trim() === '' ? '' : `: ${lastLines(exit.stderr)}`;
  if (/heap out of memory|bad.?alloc/i.test(exit.stderr)) {
    return { kind: 'out-of-memory', message: `${who} ran out of memory${tail}` };
  }
  if (exit.signal !== null) {
    const share = exit.rssBytes / exit.totalBytes;
    const isKernels =
      exit.signal === 'SIGKILL' && (exit.oomKills === null ? share > 0.8 : exit.oomKills > 0 && share > 0.1);
    if (isKernels) return { kind: 'out-of-memory', message: `${who} was killed by the kernel: out of memory` };
    if (OWN_SIGNALS.has(exit.signal)) return { kind: 'crash', message: `${who} died of ${exit.signal}${tail}` };
    return { kind: 'host-lost', message: `${who} was killed by ${exit.signal}` };
  }
  return { kind: 'crash', message: `${who} exited with code ${exit.code ?? 'none'}${tail}` };
}

/** The last error and what follows it, or the last lines where none names itself. */
export function lastLines(text: string): string {
  const lines = text.trim().split('\n');
  const error = lines.findLastIndex((line) => /^(\w*Error|FATAL ERROR)\b/.test(line));
  return (error === -1 ? lines.slice(-6) : lines.slice(error, error + 6)).join('\n').slice(0, 1000);
}

/** Processes that the kernel has killed for memory since it started, or `null` where it does not say. */
export function kernelOomKills(): number | null {
  for (const file of ['/sys/fs/cgroup/memory.events', '/proc/vmstat']) {
    if (!existsSync(file)) continue;
    const match = /^oom_kill (\d+)$/m.exec(readFileSync(file, 'utf8'));
    if (match !== null) return Number(match[1]);
  }
  return null;
}
