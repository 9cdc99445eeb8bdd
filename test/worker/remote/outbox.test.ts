import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import type { WorkerEvent } from '../../../contract/index.ts';
import { openOutbox, type Outbox } from '../../../worker/remote/outbox.ts';
import { useFolders } from '../../orchestrator/support/folders.ts';

const STORE = 'a'.repeat(32);
const TRIAL = '0123456789abcdef';
const event = (attempt: number): WorkerEvent => ({
  v: 1,
  trial: TRIAL,
  attempt,
  type: 'checkpoint',
  step: attempt,
  bytes: 1,
});
const attempts = (outbox: Outbox): number[] =>
  outbox.after(STORE, 0, 99).map(({ events }) => (JSON.parse(events) as WorkerEvent[])[0]!.attempt);

describe('an outbox', () => {
  const newFolder = useFolders();
  let folder: string;
  let file: string;
  let said: string[];
  beforeEach(() => {
    folder = path.join(newFolder(), 'outbox');
    file = path.join(folder, 'outbox-1.db');
    said = [];
  });
  const open = (): Outbox => openOutbox(folder, (text) => void said.push(text));
  /** As a worker that is killed leaves it: nothing is closed. */
  const copyOf = (from: string): string => {
    const to = path.join(newFolder(), 'copy.db');
    for (const end of ['', '-wal']) if (existsSync(`${from}${end}`)) copyFileSync(`${from}${end}`, `${to}${end}`);
    return to;
  };

  const elsewhere = (): string => path.join(path.dirname(folder), 'elsewhere.db');
  describe.each<[string, () => void]>([
    ['removed', () => rmSync(file)],
    ['moved', () => renameSync(file, elsewhere())],
    ['removed with its folder', () => rmSync(folder, { recursive: true })],
    [
      'replaced by an older copy',
      () => {
        const copy = copyOf(file);
        for (const end of ['', '-wal']) renameSync(`${copy}${end}`, `${file}${end}`);
      },
    ],
    ['robbed of its log', () => rmSync(`${file}-wal`)],
  ])('that is %s', (_how, take) => {
    it('is written again, and a worker that is killed then has lost nothing', () => {
      const outbox = open();
      const { worker } = outbox;
      for (const attempt of [1, 2, 3]) outbox.append(STORE, [event(attempt)]);
      outbox.ack(STORE, 1);
      take();
      outbox.keepOnDisk();
      expect(said.join('\n')).toMatch(
        /^The outbox .*outbox-1\.db was removed, moved or replaced: all that it held is now in .*outbox-\d\.db$/,
      );
      expect(outbox.worker).toBe(worker);
      expect(outbox.append(STORE, [event(4)])).toBeGreaterThan(3);
      expect(new Set(attempts(outbox))).toEqual(new Set([2, 3, 4]));
      // What another process finds on the disk.
      const kept = new Database(copyOf(path.join(folder, nameIn(said[0]!))));
      expect(kept.prepare('SELECT worker FROM me').pluck().get()).toBe(worker);
      expect(
        new Set(
          kept
            .prepare('SELECT events FROM letters')
            .pluck()
            .all()
            .map((text) => (JSON.parse(text as string) as WorkerEvent[])[0]!.attempt),
        ),
      ).toEqual(new Set([2, 3, 4]));
      kept.close();
      expect(said).toHaveLength(1);
      outbox.close();
    });
  });

  it('that was moved leaves no messages and no name of the worker where it is now', () => {
    const outbox = open();
    outbox.append(STORE, [event(1)]);
    renameSync(file, elsewhere());
    outbox.keepOnDisk();
    const moved = new Database(elsewhere());
    expect(moved.prepare('SELECT (SELECT count(*) FROM letters) + (SELECT count(*) FROM me)').pluck().get()).toBe(0);
    moved.close();
    outbox.close();
  });

  it('notices at the next message, without being asked', () => {
    const outbox = open();
    outbox.append(STORE, [event(1)]);
    rmSync(file);
    outbox.append(STORE, [event(2)]);
    expect(attempts(outbox)).toEqual([1, 2]);
    expect(said).toHaveLength(1);
    outbox.close();
  });

  it('names its file where it cannot be written again', () => {
    const outbox = open();
    outbox.append(STORE, [event(1)]);
    rmSync(folder, { recursive: true });
    writeFileSync(folder, '');
    expect(() => outbox.append(STORE, [event(2)])).toThrow(
      /^Expected to use the outbox .*outbox-1\.db, got (EEXIST|ENOTDIR)/,
    );
    outbox.close();
  });

  it('that is empty is made again without a word', () => {
    mkdirSync(folder);
    writeFileSync(file, '');
    const outbox = open();
    expect(outbox.append(STORE, [event(1)])).toBe(1);
    expect(said).toEqual([]);
    outbox.close();
  });

  it.each<[string, (whole: string) => void, number[]]>([
    ['no database', () => writeFileSync(file, 'x'.repeat(8192)), []],
    ['cut off', () => truncateSync(file, 4096), []],
    ['empty with a log beside it', () => (truncateSync(file, 0), writeFileSync(`${file}-wal`, 'x'.repeat(100))), []],
    [
      'a database with a message that is none',
      () => {
        const db = new Database(file);
        db.prepare("UPDATE letters SET events = '[{' WHERE seq = 2").run();
        db.close();
      },
      [1, 3],
    ],
  ])('that is %s is set aside, and what can be read of it is sent', (_what, damage, left) => {
    const first = open();
    for (const attempt of [1, 2, 3]) first.append(STORE, [event(attempt)]);
    first.close();
    damage(file);
    const outbox = open();
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(
      new RegExp(
        `^The outbox .*outbox-1\\.db is damaged \\(.+\\) and was set aside as .*damaged-1: ${left.length} messages could be read and are sent; results among the others are lost, and their trials are trained again$`,
      ),
    );
    expect(attempts(outbox)).toEqual(left);
    expect(readdirSync(folder)).toContain('outbox-1.db.damaged-1');
    outbox.append(STORE, [event(9)]);
    outbox.close();
    // Once.
    open().close();
    expect(said).toHaveLength(1);
  });

  it('takes over what lies in a damaged file of a dead worker', () => {
    const [one, two] = [open(), open()];
    two.append(STORE, [event(7)]);
    two.close();
    one.close();
    writeFileSync(path.join(folder, 'outbox-2.db'), 'x'.repeat(8192));
    const outbox = open();
    expect(said[0]).toMatch(/outbox-2\.db is damaged/);
    outbox.close();
  });
});

const nameIn = (text: string): string => /outbox-\d\.db$/.exec(text)![0];
