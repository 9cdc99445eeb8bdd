import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { residentBytes } from '../../../worker/child/resident-bytes.ts';
import { exitCause, type Exit } from '../../../worker/child/exit-cause.ts';

const EXIT: Exit = { code: null, signal: null, stderr: '', rssBytes: 1e8, oomKills: 0, totalBytes: 1e10 };

describe('how a worker ended', () => {
  it.each<[string, Partial<Exit>, string]>([
    ['an exit code is a crash', { code: 7 }, 'crash'],
    ['native code that dies is a crash', { signal: 'SIGSEGV' }, 'crash'],
    ['a kill is no fault of the trial', { signal: 'SIGKILL' }, 'host-lost'],
    ['a kill while the kernel kills others is none either', { signal: 'SIGKILL', oomKills: 1 }, 'host-lost'],
    [
      'the kernel killing a big worker is out-of-memory',
      { signal: 'SIGKILL', oomKills: 1, rssBytes: 2e9 },
      'out-of-memory',
    ],
    [
      'where the kernel does not count, a huge worker is out-of-memory',
      { signal: 'SIGKILL', oomKills: null, rssBytes: 9e9 },
      'out-of-memory',
    ],
    [
      'where the kernel does not count, any other is a lost host',
      { signal: 'SIGKILL', oomKills: null, rssBytes: 5e9 },
      'host-lost',
    ],
    [
      'V8 out of heap is out-of-memory',
      { signal: 'SIGABRT', stderr: 'FATAL ERROR: JavaScript heap out of memory' },
      'out-of-memory',
    ],
    ['a termination from outside is a lost host', { signal: 'SIGTERM' }, 'host-lost'],
  ])('%s', (_what, exit, kind) => {
    expect(exitCause({ ...EXIT, ...exit }).kind).toBe(kind);
  });

  it.runIf(process.platform === 'linux')('sees how much memory another process holds, until it is gone', async () => {
    const child = spawn(process.execPath, [
      '-e',
      'globalThis.held = Buffer.alloc(2e8, 1); console.log("held"); setInterval(() => {}, 1e4)',
    ]);
    await once(child.stdout, 'data');
    expect(residentBytes(child.pid!)).toBeGreaterThan(2e8);
    expect(residentBytes(child.pid!)).toBeLessThan(5e8);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(residentBytes(child.pid!)).toBeUndefined();
  });

  it('quotes the last words', () => {
    expect(exitCause({ ...EXIT, code: 1, stderr: 'one\ntwo\n' }).message).toBe(
      'The worker exited with code 1: one\ntwo',
    );
  });
});
