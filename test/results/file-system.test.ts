/** File systems that cannot lock, and copies without their log. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { systemError } from '../../contract/index.ts';
import { runCli } from '../orchestrator/support/cli.ts';
import { compileInjector, injecting } from '../field/inject/preload.ts';
import { complete, open, planned, sweepInput, temporaryFolder } from './support/fixtures.ts';

const FCNTL = 6;

describe('a file system that cannot lock', () => {
  it.each(['ENOLCK', 'EIO'])('is named, and no other program is accused (fcntl fails with %s)', async (error) => {
    const folder = temporaryFolder();
    const library = compileInjector(folder);
    const store = path.join(folder, 'state');
    mkdirSync(store);
    const env = {
      ...injecting(library, store, path.join(folder, 'counts'), { kind: FCNTL, at: 1, error }),
      INJECT_AT: '-1',
    };
    writeFileSync(path.join(folder, 'grid.yaml'), NOOP_GRID);
    const { code, stderr } = await runCli(['run', 'grid.yaml', '--db', path.join(store, 'results.db')], {
      cwd: folder,
      env,
    });
    expect(stderr).toMatch(/cannot lock|that cannot|locks files/);
    expect(stderr).not.toMatch(/Another program|This is a bug/);
    expect(code).toBe(2);
  });
});

describe('a store that was copied without its log', () => {
  it('has its plan', () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'results.db');
    const store = open(file);
    const sweep = store.createSweep(sweepInput('a')).id;
    store.addTrials(sweep, [planned()]);
    const copy = path.join(folder, 'copy.db');
    copyFileSync(file, copy);
    expect(open(copy, { mode: 'read' }).counts(sweep)).toMatchObject({ planned: 1 });
  });

  it('has all but its last minute', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const folder = temporaryFolder();
      const file = path.join(folder, 'results.db');
      const store = open(file);
      const sweep = store.createSweep(sweepInput('a')).id;
      const [early, late] = [planned({ seed: 1 }), planned({ seed: 2 })];
      store.addTrials(sweep, [early, late]);
      complete(store, early, 0.8);
      vi.advanceTimersByTime(61_000);
      complete(store, late, 0.9);
      const copy = path.join(folder, 'copy.db');
      copyFileSync(file, copy);
      expect(open(copy, { mode: 'read' }).counts(sweep)).toMatchObject({ done: 1 });
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a native part that does not load', () => {
  it.each([
    [
      'Could not locate the bindings file. Tried:\n → /x/node_modules/better-sqlite3/build/better_sqlite3.node',
      'better-sqlite3',
    ],
    [
      "The module '/x/node_modules/better-sqlite3/build/Release/better_sqlite3.node'\nwas compiled against a different Node.js version using\nNODE_MODULE_VERSION 137.",
      'better-sqlite3',
    ],
    ['Could not load the "sharp" module using the linux-x64 runtime', 'sharp'],
  ])('is one sentence with the command', (message, name) => {
    const error = systemError(new Error(message));
    expect(error?.message).toMatch(new RegExp(`^Expected the native part of ${name} for Node\\.js v`));
    expect(error?.hint).toMatch(new RegExp(`^npm rebuild ${name}`));
    expect(error?.exitCode).toBe(2);
  });
});

const NOOP_GRID = `
question: Can it lock?
engine: noop
model: { family: resnet-rs-small, baseWidth: 4 }
data: { name: fashion-mnist, trainImages: 1000, minivalImages: 1000 }
recipe: { batchSize: 32, learningRate: 0.05 }
axes: { width: [1], depth: [8], resolution: [8], epochs: [1] }
`;
