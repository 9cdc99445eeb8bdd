import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import os from 'node:os';
import type Database from 'better-sqlite3';
import { packEvents, unpackEvents, type WorkerEvent } from '../../contract/index.ts';
import { isLast } from '../protocol/protocol.ts';
import { openFirstFree, openNew, openOthers, outboxError, type KeptMessage, type OnDamaged } from './outbox-file.ts';
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
 * Every write throws what the system refuses (a full disk, say), with the file's name; nothing of a failed write is kept. A file that somebody
 * removes, moves or replaces is written again.
 */
export interface Outbox {
  /** Names the worker for as long as the file lives, so that numbering continues after a restart. */
  readonly worker: string;
  /** Appends a message; returns its number. */
  append(store: string, events: readonly WorkerEvent[]): number;
  /** Writes the file again if it was taken away. @throws {ScalesweepError} where that cannot be done. */
  keepOnDisk(): void;
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

/**
 * Opens an outbox in a folder: the first that no living process holds. What dead processes left in others is taken over, so that no
 * result waits for as many workers to start again as have died.
 *
 * @param log is told of a file that was damaged, or that somebody took away.
 * @throws {ScalesweepError} naming the file.
 */
export function openOutbox(folder: string, log: (text: string) => void = () => undefined): Outbox {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw outboxError(error, folder);
  }
  const saved: KeptMessage[] = [];
  const onDamaged: OnDamaged = ({ file, aside, why, saved: messages }) => {
    saved.push(...messages);
    log(
      `The outbox ${file} is damaged (${why}) and was set aside as ${aside}: ${messages.length} messages could be read and are sent; ` +
        'results among the others are lost, and their trials are trained again',
    );
  };
  let current = openFirstFree(folder, onDamaged);
  const { worker, stores, ends } = readState(current.db);
  const at = (store: string): Position => stores.get(store) ?? { last: 0, acked: 0 };
  const endsOf = (store: string): Map<number, string[]> => {
    const found = ends.get(store) ?? new Map<number, string[]>();
    ends.set(store, found);
    return found;
  };
  let statements = prepare(current.db);

  const guarded = <R>(act: () => R): R => {
    try {
      return act();
    } catch (error) {
      throw outboxError(error, current.file);
    }
  };

  const append = (store: string, events: readonly WorkerEvent[]): number => {
    const { last, acked } = at(store);
    const seq = last + 1;
    const ended = events.filter(isLast).map(({ trial, attempt }) => attemptKey(trial, attempt));
    current.db.transaction(() => {
      statements.insertMessage.run(store, seq, JSON.stringify(packEvents(events)), JSON.stringify(ended));
      statements.putStore.run(store, seq, acked);
    })();
    stores.set(store, { last: seq, acked });
    if (ended.length > 0) endsOf(store).set(seq, ended);
    return seq;
  };

  const take = (messages: readonly KeptMessage[]): void => {
    // Killed in between, the same messages lie in both: the store takes what it has already for what it is.
    for (const { store, events } of messages) append(store, unpackEvents(JSON.parse(events) as WorkerEvent[])!);
  };

  const adoptOthers = (): void => {
    for (const { db } of openOthers(folder, current.file, onDamaged)) {
      take(db.prepare<[], KeptMessage>('SELECT store, events FROM letters ORDER BY store, seq').all());
      // Emptied and not removed: another process may be opening it at this moment. A copy of ours must not go by our name.
      db.transaction(() => {
        db.exec('DELETE FROM letters; UPDATE stores SET acked = last');
        if (db.prepare('DELETE FROM me WHERE worker = ?').run(worker).changes > 0) db.exec('DELETE FROM stores');
      })();
      db.close();
    }
    take(saved.splice(0));
  };

  /** The file that is open still has everything: it is written again, under the same name of the worker. */
  const moveOn = (): void => {
    mkdirSync(folder, { recursive: true });
    const lost = current;
    const next = openNew(folder);
    copy(lost.db, next.db);
    current = next;
    statements = prepare(next.db);
    log(`The outbox ${lost.file} was removed, moved or replaced: all that it held is now in ${next.file}`);
    adoptOthers();
    // Where it was moved to, nobody must find messages that are sent from here.
    lost.db.exec('BEGIN; DELETE FROM letters; DELETE FROM stores; DELETE FROM me; COMMIT');
    // Not left to the closing: that writes nothing into a file that was moved.
    lost.db.pragma('wal_checkpoint(TRUNCATE)');
    lost.db.close();
  };

  const keepOnDisk = (): void => {
    guarded(() => {
      if (!current.isInPlace()) moveOn();
    });
  };

  guarded(adoptOthers);
  return {
    worker,
    append: (store, events) => {
      keepOnDisk();
      return guarded(() => append(store, events));
    },
    keepOnDisk,
    after: (store, seq, limit) => guarded(() => statements.messagesAfter.all(store, seq, limit)),
    ack: (store, seq) => {
      const { last, acked } = at(store);
      if (seq <= acked || seq > last) return;
      guarded(() =>
        current.db.transaction(() => {
          statements.removeMessages.run(store, seq);
          statements.putStore.run(store, last, seq);
        })(),
      );
      stores.set(store, { last, acked: seq });
      const index = endsOf(store);
      for (const each of index.keys()) if (each <= seq) index.delete(each);
    },
    positions: () => [...stores].flatMap(([store, { last, acked }]) => (last > acked ? [{ store, last, acked }] : [])),
    position: (store) => ({ store, ...at(store) }),
    unackedEnds: () =>
      Object.fromEntries(
        [...ends].flatMap(([store, index]) => (index.size === 0 ? [] : [[store, [...index.values()].flat()]])),
      ),
    close: () => current.db.close(),
  };
}

type Position = Pick<StorePosition, 'last' | 'acked'>;

/** What is kept beside the file: the heartbeat asks for it every few seconds. */
function readState(db: Database.Database): {
  worker: string;
  stores: Map<string, Position>;
  ends: Map<string, Map<number, string[]>>;
} {
  db.prepare('INSERT OR IGNORE INTO me (one, worker) VALUES (1, ?)').run(newWorkerId());
  const { worker } = db.prepare<[], { worker: string }>('SELECT worker FROM me').get()!;
  const stores = new Map<string, Position>();
  for (const { store, last, acked } of db.prepare<[], StorePosition>('SELECT store, last, acked FROM stores').all())
    stores.set(store, { last, acked });
  const ends = new Map<string, Map<number, string[]>>();
  for (const row of db
    .prepare<[], { store: string; seq: number; ends: string }>(
      "SELECT store, seq, ends FROM letters WHERE ends <> '[]'",
    )
    .all()) {
    const index = ends.get(row.store) ?? new Map<number, string[]>();
    ends.set(row.store, index.set(row.seq, JSON.parse(row.ends) as string[]));
  }
  return { worker, stores, ends };
}

function prepare(db: Database.Database) {
  return {
    insertMessage: db.prepare('INSERT INTO letters (store, seq, events, ends) VALUES (?, ?, ?, ?)'),
    putStore: db.prepare('INSERT OR REPLACE INTO stores (store, last, acked) VALUES (?, ?, ?)'),
    removeMessages: db.prepare('DELETE FROM letters WHERE store = ? AND seq <= ?'),
    messagesAfter: db.prepare<[string, number, number], StoredMessage>(
      'SELECT seq, events FROM letters WHERE store = ? AND seq > ? ORDER BY seq LIMIT ?',
    ),
  };
}

/** All tables, into a file that has none of their rows yet. */
function copy(from: Database.Database, to: Database.Database): void {
  to.transaction(() => {
    for (const [table, columns] of [
      ['me', 'one, worker'],
      ['stores', 'store, last, acked'],
      ['letters', 'store, seq, events, ends'],
    ] as const) {
      const insert = to.prepare(`INSERT INTO ${table} (${columns}) VALUES (${columns.replaceAll(/\w+/g, '?')})`);
      for (const row of from.prepare<[], unknown[]>(`SELECT ${columns} FROM ${table}`).raw().iterate())
        insert.run(...row);
    }
  })();
}

/** The machine's name, for people, and 48 random bits, since machines share names. */
function newWorkerId(): string {
  const host = os
    .hostname()
    .replaceAll(/[^\w.-]/g, '-')
    .slice(0, 40);
  return `${host}-${randomBytes(6).toString('hex')}`;
}
