import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { packEvents, unpackEvents, type WorkerEvent } from '../../contract/index.ts';
import { isLast } from '../protocol/protocol.ts';
import { attemptKey } from './wire.ts';

/** A message as it lies in the outbox: its events as JSON. */
interface StoredMessage {
  readonly seq: number;
  readonly events: string;
}

interface StorePosition {
  readonly store: string;
  /** Number of the last message written; 0 for none. */
  readonly last: number;
  /** All up to here are stored by the orchestrator. */
  readonly acked: number;
}

/**
 * What a worker has to say and no orchestrator has stored yet, on the worker's own disk: it survives `kill -9` at any moment, and
 * orchestrators that are away for days. A power cut may cost its last moments, and then those attempts are trained again
 * from their checkpoints.
 *
 * Every write throws what SQLite throws (a full disk, say); nothing of a failed write is kept.
 */
export interface Outbox {
  /** Names the worker for as long as the file lives, so that numbering continues after a restart. */
  readonly worker: string;
  /** Appends a message; returns its number. */
  append(store: string, events: readonly WorkerEvent[]): number;
  /** Messages of a store after a number, in order. */
  after(store: string, seq: number, limit: number): StoredMessage[];
  /** The orchestrator has stored all up to this number. */
  ack(store: string, seq: number): void;
  /** Where each store stands, of those with anything to say. */
  positions(): StorePosition[];
  position(store: string): StorePosition;
  /** Keys of attempts whose end is still here, by store. */
  unackedEnds(): Record<string, string[]>;
  close(): void;
}

const FILE = /^outbox-\d+\.db$/;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS me (one INTEGER PRIMARY KEY CHECK (one = 1), worker TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS stores (store TEXT PRIMARY KEY, last INTEGER NOT NULL, acked INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS letters (store TEXT NOT NULL, seq INTEGER NOT NULL, events TEXT NOT NULL, ends TEXT NOT NULL,
  PRIMARY KEY (store, seq)) STRICT, WITHOUT ROWID;
`;

/**
 * Opens an outbox in a folder: the first that no living process holds. What dead processes left in others is taken over, so that no
 * result waits for as many workers to start again as have died.
 */
export function openOutbox(folder: string): Outbox {
  mkdirSync(folder, { recursive: true });
  for (let n = 1; ; n++) {
    const file = path.join(folder, `outbox-${n}.db`);
    const db = openExclusively(file);
    if (db === undefined) continue;
    const outbox = makeOutbox(db);
    adoptOthers(folder, path.basename(file), outbox);
    return outbox;
  }
}

/** `undefined` where another process holds the file. The kernel frees the lock of a process that died, however it died. */
function openExclusively(file: string): Database.Database | undefined {
  const db = new Database(file, { timeout: 0 });
  try {
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.exec(SCHEMA);
    // A write takes the lock, which this mode then keeps.
    db.exec('BEGIN IMMEDIATE; COMMIT');
    return db;
  } catch (error) {
    db.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return undefined;
    throw error;
  }
}

function adoptOthers(folder: string, own: string, outbox: Outbox): void {
  for (const name of readdirSync(folder)) {
    if (!FILE.test(name) || name === own) continue;
    const file = path.join(folder, name);
    const db = openExclusively(file);
    if (db === undefined) continue;
    const left = db
      .prepare<[], { store: string; events: string }>('SELECT store, events FROM letters ORDER BY store, seq')
      .all();
    // Killed in between, the same messages lie in both: the store takes what it has already for what it is.
    for (const { store, events } of left) outbox.append(store, unpackEvents(JSON.parse(events) as WorkerEvent[])!);
    // Emptied and not removed: another process may be opening it at this moment.
    db.exec('BEGIN; DELETE FROM letters; UPDATE stores SET acked = last; COMMIT');
    db.close();
  }
}

function makeOutbox(db: Database.Database): Outbox {
  db.prepare('INSERT OR IGNORE INTO me (one, worker) VALUES (1, ?)').run(newWorkerId());
  const { worker } = db.prepare<[], { worker: string }>('SELECT worker FROM me').get()!;
  const positions = new Map<string, { last: number; acked: number }>();
  for (const { store, last, acked } of db.prepare<[], StorePosition>('SELECT store, last, acked FROM stores').all())
    positions.set(store, { last, acked });
  /** Kept beside the file: the heartbeat asks for it every few seconds. */
  const ends = new Map<string, Map<number, string[]>>();
  for (const row of db
    .prepare<[], { store: string; seq: number; ends: string }>(
      "SELECT store, seq, ends FROM letters WHERE ends <> '[]'",
    )
    .all())
    endsOf(row.store).set(row.seq, JSON.parse(row.ends) as string[]);

  const insertMessage = db.prepare('INSERT INTO letters (store, seq, events, ends) VALUES (?, ?, ?, ?)');
  const putStore = db.prepare('INSERT OR REPLACE INTO stores (store, last, acked) VALUES (?, ?, ?)');
  const removeMessages = db.prepare('DELETE FROM letters WHERE store = ? AND seq <= ?');
  const messagesAfter = db.prepare<[string, number, number], StoredMessage>(
    'SELECT seq, events FROM letters WHERE store = ? AND seq > ? ORDER BY seq LIMIT ?',
  );

  function endsOf(store: string): Map<number, string[]> {
    const found = ends.get(store) ?? new Map<number, string[]>();
    ends.set(store, found);
    return found;
  }
  const at = (store: string): { last: number; acked: number } => positions.get(store) ?? { last: 0, acked: 0 };

  return {
    worker,
    append: (store, events) => {
      const { last, acked } = at(store);
      const seq = last + 1;
      const ended = events.filter(isLast).map(({ trial, attempt }) => attemptKey(trial, attempt));
      db.transaction(() => {
        insertMessage.run(store, seq, JSON.stringify(packEvents(events)), JSON.stringify(ended));
        putStore.run(store, seq, acked);
      })();
      positions.set(store, { last: seq, acked });
      if (ended.length > 0) endsOf(store).set(seq, ended);
      return seq;
    },
    after: (store, seq, limit) => messagesAfter.all(store, seq, limit),
    ack: (store, seq) => {
      const { last, acked } = at(store);
      if (seq <= acked || seq > last) return;
      db.transaction(() => {
        removeMessages.run(store, seq);
        putStore.run(store, last, seq);
      })();
      positions.set(store, { last, acked: seq });
      const index = endsOf(store);
      for (const each of index.keys()) if (each <= seq) index.delete(each);
    },
    positions: () =>
      [...positions].flatMap(([store, { last, acked }]) => (last > acked ? [{ store, last, acked }] : [])),
    position: (store) => ({ store, ...at(store) }),
    unackedEnds: () =>
      Object.fromEntries(
        [...ends].flatMap(([store, index]) => (index.size === 0 ? [] : [[store, [...index.values()].flat()]])),
      ),
    close: () => db.close(),
  };
}

/** The machine's name, for people, and 48 random bits, since machines share names. */
function newWorkerId(): string {
  const host = os
    .hostname()
    .replaceAll(/[^\w.-]/g, '-')
    .slice(0, 40);
  return `${host}-${randomBytes(6).toString('hex')}`;
}
