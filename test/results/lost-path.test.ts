/** The store's path is not what it was, or not its only name. */
import { cpSync, existsSync, linkSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore, resultRows, type SqliteStore } from '../../results/index.ts';
import { startChild } from './support/children.ts';
import { complete, open, planned, sweepInput, temporaryFolder } from './support/fixtures.ts';

/** A store in a folder of its own, with one finished trial and another that waits. */
function storeWithTrials(): { folder: string; file: string; store: SqliteStore; finishAnother: () => void } {
  const folder = path.join(temporaryFolder(), 'state');
  const file = path.join(folder, 'results.db');
  const store = open(file);
  const sweep = store.createSweep(sweepInput('a')).id;
  const [first, second] = [planned({ seed: 1 }), planned({ seed: 2 })];
  store.addTrials(sweep, [first, second]);
  complete(store, first, 0.5);
  return { folder, file, store, finishAnother: () => store.batch(() => complete(store, second, 0.6)) };
}

describe.each<[string, (folder: string, file: string) => void]>([
  ['the folder is removed', (folder) => rmSync(folder, { recursive: true })],
  ['the folder is moved', (folder) => renameSync(folder, `${folder}-elsewhere`)],
  ['the file is removed', (_folder, file) => rmSync(file)],
  [
    'the file is replaced',
    (_folder, file) => {
      cpSync(file, `${file}.copy`);
      renameSync(`${file}.copy`, file);
    },
  ],
])('while a store is open, %s', (_name, disturb) => {
  it('is noticed at the next write, and all results are in a file beside', () => {
    const { folder, file, finishAnother } = storeWithTrials();
    disturb(folder, file);
    expect(finishAnother).toThrow(expect.objectContaining({ code: 'STORE_LOST' }));
    const rescued = `${file}.rescued`;
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
    renameSync(rescued, file);
    const tops = resultRows(open(file, { mode: 'read' })).map(({ minivalTop1 }) => minivalTop1);
    // That of the write that noticed it among them.
    expect(tops).toEqual([0.5, 0.6]);
  });

  it('is noticed when the store is closed', () => {
    const { folder, file, store } = storeWithTrials();
    disturb(folder, file);
    expect(() => store.close()).toThrow(expect.objectContaining({ code: 'STORE_LOST' }));
    expect(existsSync(`${file}.rescued`)).toBe(true);
  });
});

describe('a store under another name', () => {
  it('is one store through a symbolic link, with one owner', () => {
    const { folder, file } = storeWithTrials();
    const link = path.join(path.dirname(folder), 'link.db');
    symlinkSync(file, link);
    expect(() => openStore(link, { mode: 'run' })).toThrow(expect.objectContaining({ code: 'STORE_LOCKED' }));
    expect(open(link, { mode: 'read' }).sweeps()).toHaveLength(1);
    expect(existsSync(`${link}-owner`)).toBe(false);
  });

  it('is refused through a hard link', () => {
    const { folder, file, store } = storeWithTrials();
    store.close();
    const other = path.join(path.dirname(folder), 'other.db');
    linkSync(file, other);
    expect(() => openStore(other, { mode: 'run' })).toThrow(/2 names \(hard links\)/);
    expect(() => openStore(file, { mode: 'steer' })).toThrow(/2 names \(hard links\)/);
    expect(open(file, { mode: 'read' }).sweeps()).toHaveLength(1);
  });

  it('is not made behind a link to nothing', () => {
    const folder = temporaryFolder();
    const link = path.join(folder, 'link.db');
    symlinkSync(path.join(folder, 'not-mounted', 'results.db'), link);
    expect(() => openStore(link, { mode: 'run' })).toThrow(/symbolic link to a file that is not there/);
  });
});

describe('the owner of a store', () => {
  it('is known by its record where locks do nothing', async () => {
    const file = path.join(temporaryFolder(), 'results.db');
    const child = startChild('hold-store.ts', file);
    await child.line('open');
    // Without the locked file the second program gets a lock of its own, as from a file system that fakes them.
    rmSync(`${file}-owner`);
    expect(() => openStore(file, { mode: 'run' })).toThrow(new RegExp(`process ${child.process.pid} on`));
    await child.kill();
    expect(open(file).sweeps()).toHaveLength(0);
  });

  it('on another machine is alive as long as it renews its record', () => {
    const file = path.join(temporaryFolder(), 'results.db');
    mkdirSync(path.dirname(file), { recursive: true });
    const record = { machine: 'another', host: 'node-7', pid: 1, started: '1', renewed: 3 };
    writeFileSync(`${file}-running`, JSON.stringify(record));
    // Nobody renews it: its owner is dead.
    expect(open(file).sweeps()).toHaveLength(0);
  });

  it.each(['', 'not an SQLite file, but long enough to be taken for the header of one'])(
    'is found with damaged side files (%o)',
    (content) => {
      const file = path.join(temporaryFolder(), 'results.db');
      for (const suffix of ['-owner', '-running']) writeFileSync(`${file}${suffix}`, content);
      const store = open(file);
      expect(store.sweeps()).toHaveLength(0);
      expect(() => openStore(file, { mode: 'run' })).toThrow(expect.objectContaining({ code: 'STORE_LOCKED' }));
    },
  );
});
