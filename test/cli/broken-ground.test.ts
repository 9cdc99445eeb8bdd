import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { noopGrid } from '../orchestrator/chaos/grids.ts';
import { useFolders } from '../orchestrator/support/folders.ts';
import { invoke } from '../orchestrator/support/invoke.ts';
import { isSkippedWithout } from '../support/needs.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

/** A file system of this size, or `undefined` where this user may not mount one. */
function mountTiny(folder: string, size: string): (() => void) | undefined {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return () => execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
}

describe('on broken ground', () => {
  const newFolder = useFolders();
  let folder: string;
  let grid: string;
  let unmount: (() => void) | undefined;

  beforeEach(() => {
    folder = newFolder();
    grid = path.join(folder, 'grid.yaml');
    writeFileSync(grid, noopGrid({ trials: 4, epochs: 1 }));
  });
  afterEach(() => {
    unmount?.();
    unmount = undefined;
    delete process.env['SCALESWEEP_NOOP'];
  });

  it('names a store that is no store, and leaves it alone', async () => {
    const db = path.join(folder, 'results.db');
    writeFileSync(db, 'these are not the results that you are looking for'.repeat(100));
    for (const args of [['run', grid], ['resume'], ['status'], ['best']]) {
      const { code, err } = await invoke(...args, '--db', db);
      expect(code, err).toBe(2);
      expect(err).toContain(db);
      expect(err).not.toMatch(/^ {4}at /m);
    }
    expect(readFileSync(db, 'utf8')).toMatch(/^these are not/);
  });

  it('names a store with damaged pages', async () => {
    const db = path.join(folder, 'results.db');
    await invoke('run', grid, '--db', db);
    for (const suffix of ['-wal', '-shm']) rmSync(`${db}${suffix}`, { force: true });
    const file = openSync(db, 'r+');
    writeSync(file, Buffer.alloc(20_000, 0xab), 0, 20_000, 4096);
    closeSync(file);
    const { code, err } = await invoke('resume', '--db', db);
    expect(code, err).toBe(2);
    expect(err).toContain(db);
  });

  it('says that a folder cannot be written', async () => {
    // Root may write anywhere but below a file.
    const db = path.join(grid, 'state', 'results.db');
    const { code, err } = await invoke('run', grid, '--db', db);
    expect(code, err).toBe(2);
    expect(err).toMatch(/^error: .*grid\.yaml/m);
    expect(err).not.toMatch(/^ {4}at /m);
  });

  it('says that the disk is full, and loses nothing that was finished', async (context) => {
    const disk = path.join(folder, 'disk');
    unmount = mountTiny(disk, '2m');
    if (isSkippedWithout(unmount !== undefined)) return context.skip('no permission to mount a file system');
    expect(unmount, 'a file system mounted').toBeDefined();
    const db = path.join(disk, 'results.db');
    writeFileSync(grid, noopGrid({ trials: 4, epochs: 1 }));
    expect((await invoke('run', grid, '--db', db)).code).toBe(0);
    const before = JSON.parse((await invoke('status', '--db', db, '--json')).out) as {
      sweep: string;
      counts: { done: number };
    };
    fill(path.join(disk, 'ballast'));
    writeFileSync(grid, noopGrid({ trials: 400, epochs: 3 }));
    const full = await invoke('run', grid, '--db', db);
    expect(full.code, full.err).toBe(2);
    expect(full.err).toMatch(/disk|space|full/i);
    expect(full.err).not.toMatch(/^ {4}at /m);
    rmSync(path.join(disk, 'ballast'));
    const after = JSON.parse((await invoke('status', before.sweep, '--db', db, '--json')).out) as {
      counts: { done: number };
    };
    expect(after.counts.done).toBe(before.counts.done);
  });

  it('halts when checkpoints cannot be written, blames no trial, and continues when there is room', async (context) => {
    const db = path.join(folder, 'state', 'results.db');
    unmount = mountTiny(path.join(folder, 'state', 'checkpoints'), '64k');
    if (isSkippedWithout(unmount !== undefined)) return context.skip('no permission to mount a file system');
    expect(unmount, 'a file system mounted').toBeDefined();
    const ballast = path.join(folder, 'state', 'checkpoints', 'ballast');
    fill(ballast);
    process.env['SCALESWEEP_NOOP'] = JSON.stringify({ stepsPerEpoch: 20, checkpointEverySteps: 5 });
    const full = await invoke('run', grid, '--db', db);
    expect(full.code, full.err).toBe(2);
    expect(full.err).toMatch(/space|full/i);
    rmSync(ballast);
    const { code, out } = await invoke('resume', '--db', db, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ counts: { done: 4, failed: 0 } });
    expect(existsSync(ballast)).toBe(false);
  });

  it('refuses a store that is newer than the program with 4', async () => {
    const db = path.join(folder, 'results.db');
    await invoke('run', grid, '--db', db);
    const { default: Database } = await import('better-sqlite3');
    const raw = new Database(db);
    raw.pragma('user_version = 9999');
    raw.close();
    const { code, err } = await invoke('status', '--db', db);
    expect(code, err).toBe(4);
    expect(readdirSync(folder)).toContain('results.db');
  });
});

/** Writes until nothing more fits. */
function fill(file: string): void {
  const descriptor = openSync(file, 'w');
  try {
    for (const size of [65_536, 4096, 512, 1]) {
      try {
        for (;;) writeSync(descriptor, Buffer.alloc(size));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    closeSync(descriptor);
  }
}
