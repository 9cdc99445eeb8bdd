import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { isScalesweepError } from '../../contract/index.ts';
import { openStore, resultRows } from '../../results/index.ts';
import { startChild } from './support/children.ts';
import { complete, freshStore, open, planned, sweepInput, temporaryFolder } from './support/fixtures.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

const codeOf = (run: () => unknown): string => {
  try {
    run();
    return 'none';
  } catch (error) {
    if (!isScalesweepError(error)) throw error;
    return error.code;
  }
};

describe('two processes on one store', () => {
  test('a second owner is refused by name while the first lives; a dead one is taken over at once', async () => {
    const file = path.join(temporaryFolder(), 'results.db');
    const child = startChild('hold-store.ts', file);
    await child.line('open');
    expect(() => openStore(file, { mode: 'run' })).toThrow(new RegExp(`process ${child.process.pid} on`));
    expect(codeOf(() => openStore(file, { mode: 'run' }))).toBe('STORE_LOCKED');
    const beside = open(file, { mode: 'steer' });
    beside.createSweep(sweepInput('a'));
    expect(open(file, { mode: 'read' }).sweeps()).toHaveLength(1);
    await child.kill();
    expect(open(file, { mode: 'run' }).sweeps()).toHaveLength(1);
  });

  test('within one process too, and closing gives the lock back', () => {
    const store = freshStore();
    expect(codeOf(() => openStore(store.file, { mode: 'run' }))).toBe('STORE_LOCKED');
    store.close();
    open(store.file, { mode: 'run' });
  });

  test('a long transaction of another program: writers give up with a clear error, readers go on', () => {
    const store = freshStore();
    store.createSweep(sweepInput('a'));
    const other = new Database(store.file);
    other.exec('BEGIN IMMEDIATE');
    const hasty = open(store.file, { mode: 'steer', lockTimeoutMs: 50 });
    expect(codeOf(() => hasty.createSweep(sweepInput('b')))).toBe('STORE_LOCKED');
    expect(hasty.sweeps()).toHaveLength(1);
    expect(open(store.file, { mode: 'read', lockTimeoutMs: 50 }).sweeps()).toHaveLength(1);
    other.exec('ROLLBACK');
    other.close();
    hasty.createSweep(sweepInput('b'));
    expect(store.sweeps()).toHaveLength(2);
  });
});

describe('kill -9', () => {
  test('in the middle of a transaction loses that transaction and nothing else', async () => {
    const store = freshStore();
    const sweep = store.createSweep(sweepInput('a')).id;
    store.addTrials(
      sweep,
      Array.from({ length: 8 }, (_, seed) => planned({ seed })),
    );
    store.close();
    for (let round = 0; round < 2; round++) {
      const child = startChild('finish-trials.ts', store.file, sweep, '2');
      const half = (await child.line('half-way')).split(' ')[1] ?? '';
      await child.kill();
      const after = open(store.file);
      expect(after.trial(half)).toMatchObject({ state: 'queued', result: null, epochs: [] });
      expect(after.counts(sweep).done).toBe(2 * (round + 1));
      expect(after.releaseOrphans(9)).toBe(1);
      expect(after.connection.db.pragma('integrity_check', { simple: true })).toBe('ok');
      after.close();
    }
  });
});

describe('a disk of its own', () => {
  const mounts: string[] = [];
  afterEach(() => {
    for (const mount of mounts.splice(0)) spawnSync('umount', ['-l', mount]);
  });

  /** A tiny tmpfs, or `undefined` where mounting is not allowed; in CI that is an error. */
  function tinyDisk(size: string): string | undefined {
    const folder = path.join(temporaryFolder(), 'disk');
    mkdirSync(folder);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]).status !== 0) {
      expect(process.env['CI'], 'mounting a tmpfs, which CI has to permit').toBeUndefined();
      return undefined;
    }
    mounts.push(folder);
    return folder;
  }

  test('the write fails as DISK_FULL, what was finished stays, and space given back lets it go on', (context) => {
    const disk = tinyDisk('1m');
    if (disk === undefined) return context.skip('mounting a tmpfs is not permitted here');
    const store = open(path.join(disk, 'results.db'));
    const sweep = store.createSweep(sweepInput('a')).id;
    const first = planned({ seed: 0 });
    store.addTrials(sweep, [first]);
    complete(store, first, 0.5);
    const ballast = path.join(disk, 'ballast');
    spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=64k']);
    const many = Array.from({ length: 400 }, (_, seed) => planned({ seed }));
    expect(codeOf(() => store.addTrials(sweep, many))).toBe('DISK_FULL');
    expect(resultRows(store)).toHaveLength(1);
    rmSync(ballast);
    store.addTrials(sweep, many.slice(0, 20));
    expect(store.counts(sweep)).toMatchObject({ done: 1, planned: 19 });
    store.close();
  });

  test('a new store on a full disk is refused and leaves nothing behind', (context) => {
    const disk = tinyDisk('64k');
    if (disk === undefined) return context.skip('mounting a tmpfs is not permitted here');
    const file = path.join(disk, 'results.db');
    expect(codeOf(() => openStore(file))).toBe('DISK_FULL');
    expect(spawnSync('ls', ['-A', disk]).stdout.toString()).toBe('');
  });

  test('a read-only one: a store is read from it, and nothing else', (context) => {
    const disk = tinyDisk('1m');
    if (disk === undefined) return context.skip('mounting a tmpfs is not permitted here');
    const file = path.join(disk, 'results.db');
    const store = open(file);
    const sweep = store.createSweep(sweepInput('a')).id;
    const trial = planned();
    store.addTrials(sweep, [trial]);
    complete(store, trial, 0.5);
    store.close();
    expect(spawnSync('mount', ['-o', 'remount,ro', disk]).status).toBe(0);
    const reader = open(file, { mode: 'read' });
    expect(resultRows(reader)).toHaveLength(1);
    reader.close();
    expect(codeOf(() => openStore(file, { mode: 'steer' }).createSweep(sweepInput('b')))).toBe('STORE_UNWRITABLE');
    expect(codeOf(() => openStore(file, { mode: 'run' }))).toBe('STORE_UNWRITABLE');
    expect(codeOf(() => openStore(path.join(disk, 'new.db')))).toBe('STORE_UNWRITABLE');
  });
});
