/** What the store's functions share: the database, its prepared statements and the file's name for messages. */
import type { Database, Statement } from 'better-sqlite3';
import { canonicalJson, contentHash, ScalesweepError, type Facts } from '../../contract/index.ts';
import { fileIdentity, isSameFile, type FileIdentity } from './file-identity.ts';
import { rescue } from './rescue.ts';

/** A value that SQLite takes and gives. */
export type SqlValue = string | number | null;
/** Positional, or an object for named parameters (`@name`). */
type Bind = SqlValue | Readonly<Record<string, SqlValue>>;
export type Row = Record<string, SqlValue>;

/** What a copy of the file without its log may lack, ms. */
const LOG_MS = 60_000;

export class Connection {
  readonly db: Database;
  readonly file: string;
  /** What the tables hold beside the columns that are always there. */
  readonly facts: Facts;
  readonly #statements = new Map<string, Statement<Bind[], Row>>();

  readonly #transaction: (body: () => unknown) => unknown;
  readonly #atTheEnd = new Map<string, () => void>();
  readonly #identity: FileIdentity | undefined;
  #isLost = false;
  #loggedSince = performance.now();

  constructor(db: Database, file: string, facts: Facts) {
    this.db = db;
    this.file = file;
    this.facts = facts;
    this.#identity = db.memory ? undefined : fileIdentity(file);
    const transaction = db.transaction((body: () => unknown) => body());
    this.#transaction = (body) => transaction.immediate(body);
  }

  /** The statement of a text, prepared once. */
  statement(sql: string): Statement<Bind[], Row> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.db.prepare<Bind[], Row>(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  run(sql: string, ...values: Bind[]): number {
    return this.statement(sql).run(...values).changes;
  }

  all<R = Row>(sql: string, ...values: Bind[]): R[] {
    return this.statement(sql).all(...values) as R[];
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller states the row's columns, as for `all`
  get<R = Row>(sql: string, ...values: Bind[]): R | undefined {
    return this.statement(sql).get(...values) as R | undefined;
  }

  /**
   * A write transaction: the lock is taken at its beginning, so it cannot fail half-way because another holds it. Within another it is a part of that one,
   * which its failure undoes as a whole: so an error may not be caught in between.
   */
  write<R>(body: () => R): R {
    if (this.db.inTransaction) return body();
    this.#atTheEnd.clear();
    const written = this.#transaction(() => {
      const result = body();
      for (const act of this.#atTheEnd.values()) act();
      return result;
    }) as R;
    this.requirePath();
    if (performance.now() - this.#loggedSince > LOG_MS) this.moveLog();
    return written;
  }

  /**
   * Moves what the write-ahead log holds into the file itself, as far as no reader holds it up. SQLite does so by the log's size alone; but
   * whoever copies the file without its log should have all but the last minute.
   */
  moveLog(): void {
    this.#loggedSince = performance.now();
    if (!this.db.inTransaction) this.db.pragma('wal_checkpoint(PASSIVE)');
  }

  /**
   * What is written to a file that has lost its path is gone with this process. Said once: what follows is the end.
   *
   * @throws {ScalesweepError} `STORE_LOST`, when all that the store holds has been saved beside
   */
  requirePath(): void {
    if (this.#isLost || this.#identity === undefined || !this.db.open || this.db.readonly) return;
    if (isSameFile(this.#identity, fileIdentity(this.file))) return;
    this.#isLost = true;
    throw rescue(this.db, this.file);
  }

  /** Puts off to the end of the transaction under way what need be done only once in it; `what` says what is the same. */
  onceAtTheEnd(what: string, act: () => void): void {
    if (!this.db.inTransaction) act();
    else this.#atTheEnd.set(what, act);
  }
}

/** The row number of a sweep by its full id. @throws `NOT_FOUND` */
export function sweepRow(connection: Connection, sweep: string): number {
  const row = connection.get<{ n: number }>('SELECT n FROM sweeps WHERE id = ?', sweep);
  if (row === undefined) throw noSuch('sweep', sweep);
  return row.n;
}

export interface TrialRow {
  readonly n: number;
  readonly attempt: number;
  readonly state: string;
  readonly cell: number;
}

/** A trial by its full id; `undefined` for one that this store never planned (a worker may serve several stores). */
export function trialRow(connection: Connection, trial: string): TrialRow | undefined {
  return connection.get<TrialRow>('SELECT n, attempt, state, cell FROM trials WHERE id = ?', trial);
}

export function noSuch(what: 'sweep' | 'trial', id: string): ScalesweepError {
  return new ScalesweepError('NOT_FOUND', `Expected the id of a ${what} in the store, got ${id}`, {
    hint: '`scalesweep sweeps` lists the sweeps; `scalesweep export --format json` the trials.',
  });
}

const identities = new WeakMap<object, { readonly hash: string; readonly json: string }>();

/** Of an object only once: a message's attempts share theirs. */
function identityOf(environment: Readonly<Record<string, string>>): { readonly hash: string; readonly json: string } {
  const found = identities.get(environment) ?? { hash: contentHash(environment), json: canonicalJson(environment) };
  identities.set(environment, found);
  return found;
}

/** Row number of an environment, stored once by its content. Keys are sorted, so their order does not matter. */
export function environmentRow(connection: Connection, environment: Readonly<Record<string, string>>): number {
  const { hash, json } = identityOf(environment);
  const known = connection.get<{ n: number }>('SELECT n FROM environments WHERE hash = ?', hash);
  if (known !== undefined) return known.n;
  return Number(
    connection.statement('INSERT INTO environments (hash, json) VALUES (?, ?)').run(hash, json).lastInsertRowid,
  );
}
