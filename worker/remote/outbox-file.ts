/** The file of an outbox: opened for one process alone, looked after while it is open, and set aside when it is damaged. */
import { existsSync, readdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { messageOf, ScalesweepError, systemError, unpackEvents, type WorkerEvent } from '../../contract/index.ts';

export interface OutboxFile {
  readonly file: string;
  readonly db: Database.Database;
  /** Whether its name still leads to it: somebody may remove, move or replace it, or its log. */
  isInPlace(): boolean;
}

/** A message as it is kept, without its number. */
export interface KeptMessage {
  readonly store: string;
  /** JSON. */
  readonly events: string;
}

const NAME = /^outbox-\d+\.db$/;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS me (one INTEGER PRIMARY KEY CHECK (one = 1), worker TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS stores (store TEXT PRIMARY KEY, last INTEGER NOT NULL, acked INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS letters (store TEXT NOT NULL, seq INTEGER NOT NULL, events TEXT NOT NULL, ends TEXT NOT NULL,
  PRIMARY KEY (store, seq)) STRICT, WITHOUT ROWID;
`;

/** The first file of a folder that no living process holds, made where there is none. */
export function openFirstFree(folder: string, onDamaged: OnDamaged): OutboxFile {
  for (let n = 1; ; n++) {
    const opened = openOutboxFile(path.join(folder, `outbox-${n}.db`), onDamaged);
    if (opened !== undefined) return opened;
  }
}

/** A file that was not there before. */
export function openNew(folder: string): OutboxFile {
  for (let n = 1; ; n++) {
    const file = path.join(folder, `outbox-${n}.db`);
    if (existsSync(file)) continue;
    const opened = openOutboxFile(file, () => undefined);
    const isNew = opened?.db.prepare('SELECT 1 FROM me UNION SELECT 1 FROM letters').get() === undefined;
    if (opened !== undefined && isNew) return opened;
    opened?.db.close();
  }
}

/** Those of a folder that no living process holds, but for one. */
export function* openOthers(folder: string, own: string, onDamaged: OnDamaged): Generator<OutboxFile> {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    if (!NAME.test(name) || file === own) continue;
    const opened = openOutboxFile(file, onDamaged);
    if (opened !== undefined) yield opened;
  }
}

/** Called with what could be read of a damaged file, which was renamed. */
export type OnDamaged = (damage: {
  readonly file: string;
  readonly aside: string;
  readonly why: string;
  readonly saved: readonly KeptMessage[];
}) => void;

/**
 * `undefined` where another process holds the file. A damaged one is set aside and made again.
 *
 * @throws {ScalesweepError} naming the file, for what the system refuses.
 */
function openOutboxFile(file: string, onDamaged: OnDamaged): OutboxFile | undefined {
  try {
    try {
      return openWhole(file);
    } catch (error) {
      if (!isDamage(error)) throw error;
      const aside = setAside(file);
      const saved = readable(aside);
      const fresh = openWhole(file);
      onDamaged({ file, aside, why: messageOf(error), saved });
      return fresh;
    }
  } catch (error) {
    throw outboxError(error, file);
  }
}

function openWhole(file: string): OutboxFile | undefined {
  const size = (name: string): number => statSync(name, { throwIfNoEntry: false })?.size ?? 0;
  if (existsSync(file) && size(file) === 0 && size(`${file}-wal`) > 0) throw new DamagedError('it is empty');
  const db = openExclusively(file);
  if (db === undefined) return undefined;
  try {
    for (const row of db.prepare<[], KeptMessage>('SELECT store, events FROM letters').iterate())
      if (!isMessage(row)) throw new DamagedError('it holds a message that cannot be read');
  } catch (error) {
    db.close();
    throw error;
  }
  const identities = [file, `${file}-wal`].map((name) => [name, identityOf(name)] as const);
  return { file, db, isInPlace: () => identities.every(([name, identity]) => identityOf(name) === identity) };
}

/** The kernel frees the lock of a process that died, however it died. */
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

class DamagedError extends Error {}

function isDamage(error: unknown): boolean {
  if (error instanceof DamagedError) return true;
  return error instanceof Database.SqliteError && /^SQLITE_(NOTADB|CORRUPT|ERROR)/.test(error.code);
}

/** Renames a file and its log; returns the new name. */
function setAside(file: string): string {
  let n = 1;
  while (existsSync(`${file}.damaged-${n}`)) n++;
  const aside = `${file}.damaged-${n}`;
  renameSync(file, aside);
  if (existsSync(`${file}-wal`)) renameSync(`${file}-wal`, `${aside}-wal`);
  return aside;
}

/** Messages of a damaged file up to where it can be read. */
function readable(file: string): KeptMessage[] {
  const messages: KeptMessage[] = [];
  try {
    const db = new Database(file, { readonly: true });
    try {
      const rows = db.prepare<[], KeptMessage>('SELECT store, events FROM letters ORDER BY store, seq').iterate();
      for (const row of rows) if (isMessage(row)) messages.push(row);
    } finally {
      db.close();
    }
  } catch {
    // Up to here.
  }
  return messages;
}

function isMessage({ events }: KeptMessage): boolean {
  try {
    const parsed: unknown = JSON.parse(events);
    return Array.isArray(parsed) && unpackEvents(parsed as WorkerEvent[]) !== undefined;
  } catch {
    return false;
  }
}

function identityOf(file: string): string | undefined {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? undefined : `${stats.dev}:${stats.ino}`;
}

/** What the system says, with the file that it is about. */
export function outboxError(error: unknown, file: string): unknown {
  if (error instanceof ScalesweepError) return error;
  if (isDamage(error))
    return new ScalesweepError('SYSTEM', `Expected to use the outbox ${file}, got ${messageOf(error)}`, {
      hint: 'Start the worker again: it saves what can be read of the outbox. Trials whose results cannot be read are trained again.',
      cause: error,
    });
  return systemError(error, `use the outbox ${file}`) ?? error;
}
