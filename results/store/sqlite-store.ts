/** The store on SQLite: opens the file, takes the owner's lock, and translates every error on its way out. */
import { FACTS, type EpochMetrics, type TrialCost, type TrialResult, type TrialSpec } from '../../contract/index.ts';
import type { AddResultsOptions, ImportCheck } from '../imported.ts';
import type { ImportedResult } from '../result-row.ts';
import type {
  AddedTrials,
  AddTrialsOptions,
  Claim,
  Counts,
  Failure,
  FailureGroup,
  OpenStoreOptions,
  RunningAttempt,
  Started,
  Store,
  StoreMode,
  SweepInput,
  SweepRecord,
  SweepState,
  SweepStatus,
  TrialDetail,
  TrialToStore,
  WaitingTrial,
  Written,
} from '../store.ts';
import { Connection } from './connection.ts';
import { fail, finish, recordCheckpoint, recordEpochs, release, releaseOrphans, shrink } from './finishing.ts';
import { claim, nextRetryAt, nextTrials, recordStarted } from './hand-out.ts';
import { checkResults } from './import-conflicts.ts';
import { addResults } from './import.ts';
import { realFile, refuseHardLinks } from './file-identity.ts';
import { openDatabase } from './open.ts';
import { ownerRecordOf, takeOwnerLock, type OwnerLock } from './owner-lock.ts';
import { lookAtOwner, type OwnerWork, type StoreOwner } from './owner-record.ts';
import { addTrials } from './plan.ts';
import { predictAgain } from './predictions.ts';
import { guarded } from './sqlite-errors.ts';
import { counts, failures, running, statusOf, trialDetail } from './status.ts';
import { allSweeps, createSweep, findSweep, retryFailed, setSweepState } from './sweeps.ts';

const SECOND = 1000;

/**
 * Opens a results store; made when it does not exist, except for reading. Whoever opens it closes it.
 *
 * @throws {ScalesweepError} `STORE_CORRUPT`, `STORE_TOO_NEW` (exit 4), `STORE_LOCKED`, `STORE_UNWRITABLE`, `DISK_FULL`;
 * `NOT_FOUND` for reading what is not there.
 */
export function openStore(named: string, options: OpenStoreOptions = {}): SqliteStore {
  const mode = options.mode ?? 'steer';
  const facts = options.facts ?? FACTS;
  const file = guarded(named, () => realFile(named));
  if (mode !== 'read') guarded(file, () => refuseHardLinks(file));
  const db = openDatabase(file, { mode, lockTimeoutMs: options.lockTimeoutMs ?? 5 * SECOND, facts });
  try {
    const lock = mode === 'run' ? takeOwnerLock(file) : undefined;
    return new SqliteStore(new Connection(db, file, facts), mode, lock);
  } catch (error) {
    db.close();
    throw error;
  }
}

export class SqliteStore implements Store {
  readonly file: string;
  readonly mode: StoreMode;
  /** For the queries of this room. @internal */
  readonly connection: Connection;
  readonly #lock: OwnerLock | undefined;

  constructor(connection: Connection, mode: StoreMode, lock: OwnerLock | undefined) {
    this.connection = connection;
    this.file = connection.file;
    this.mode = mode;
    this.#lock = lock;
  }

  close(): void {
    try {
      if (this.mode === 'run') this.#guard((connection) => connection.requirePath());
    } finally {
      try {
        this.#guard(() => this.connection.db.close());
      } finally {
        this.#lock?.release();
      }
    }
  }

  batch<R>(body: () => R): R {
    return this.#guard((connection) => connection.write(body));
  }

  createSweep(input: SweepInput): SweepRecord {
    return this.#guard((connection) => createSweep(connection, input));
  }
  addTrials(sweep: string, trials: Iterable<TrialToStore>, options: AddTrialsOptions = {}): AddedTrials {
    return this.#guard((connection) => addTrials(connection, sweep, trials, options));
  }
  predictAgain(sweep: string, secondsOf: (spec: TrialSpec, cost: TrialCost) => number): void {
    this.#guard((connection) => predictAgain(connection, sweep, secondsOf));
  }
  checkResults(dataset: string, results: readonly ImportedResult[]): ImportCheck {
    return this.#guard((connection) => checkResults(connection, dataset, results));
  }
  addResults(
    sweep: string,
    dataset: string,
    results: readonly ImportedResult[],
    now: number,
    options: AddResultsOptions = {},
  ): number {
    return this.#guard((connection) => addResults(connection, sweep, dataset, results, now, options));
  }
  sweep(prefix?: string): SweepRecord {
    return this.#guard((connection) => findSweep(connection, prefix));
  }
  sweeps(): SweepRecord[] {
    return this.#guard(allSweeps);
  }
  setSweepState(sweep: string, state: SweepState): void {
    this.#guard((connection) => setSweepState(connection, sweep, state));
  }
  retryFailed(sweep: string): number {
    return this.#guard((connection) => retryFailed(connection, sweep));
  }

  nextTrials(sweep: string, limit: number, now: number): WaitingTrial[] {
    return this.#guard((connection) => nextTrials(connection, sweep, limit, now));
  }
  nextRetryAt(sweep: string, now: number): number | undefined {
    return this.#guard((connection) => nextRetryAt(connection, sweep, now));
  }
  claim(trial: string, request: Claim): number | undefined {
    return this.#guardRun((connection) => claim(connection, trial, request));
  }
  recordStarted(trial: string, attempt: number, started: Started): Written {
    return this.#guardRun((connection) => recordStarted(connection, trial, attempt, started));
  }
  recordEpochs(trial: string, attempt: number, epochs: readonly EpochMetrics[]): Written {
    return this.#guardRun((connection) => recordEpochs(connection, trial, attempt, epochs));
  }
  recordCheckpoint(trial: string, attempt: number, step: number, now: number): Written {
    return this.#guardRun((connection) => recordCheckpoint(connection, trial, attempt, step, now));
  }
  finish(trial: string, attempt: number, result: TrialResult, now: number): Written {
    return this.#guardRun((connection) => finish(connection, trial, attempt, result, now));
  }
  fail(trial: string, attempt: number, failure: Failure, now: number, retryAt?: number): Written {
    return this.#guardRun((connection) => fail(connection, trial, attempt, failure, now, retryAt));
  }
  shrink(trial: string, attempt: number, failure: Failure, microBatch: number, now: number): Written {
    return this.#guardRun((connection) => shrink(connection, trial, attempt, failure, microBatch, now));
  }
  release(trial: string, attempt: number, kind: 'host-lost' | 'interrupted', now: number): Written {
    return this.#guardRun((connection) => release(connection, trial, attempt, kind, now));
  }
  releaseOrphans(now: number, isAlive: (attempt: RunningAttempt) => boolean = () => false): number {
    return this.#guardRun((connection) => releaseOrphans(connection, now, isAlive));
  }

  running(sweep?: string): RunningAttempt[] {
    return this.#guard((connection) => running(connection, sweep));
  }
  counts(sweep: string): Counts {
    return this.#guard((connection) => counts(connection, sweep));
  }
  failures(sweep: string): FailureGroup[] {
    return this.#guard((connection) => failures(connection, sweep));
  }
  statusOf(sweep: string, parallelism?: number, now?: number): SweepStatus {
    return this.#guard((connection) => statusOf(connection, sweep, parallelism, now));
  }
  owner(): StoreOwner | undefined {
    return lookAtOwner(ownerRecordOf(this.file));
  }
  announce(workOf: () => OwnerWork): void {
    this.#lock?.announce(workOf);
  }
  trial(prefix: string): TrialDetail {
    return this.#guard((connection) => trialDetail(connection, prefix));
  }

  #guard<R>(run: (connection: Connection) => R): R {
    return guarded(this.file, () => run(this.connection));
  }

  /** Only the owner hands out trials and takes results: anything else is a bug of the caller. */
  #guardRun<R>(run: (connection: Connection) => R): R {
    if (this.mode !== 'run') throw new Error(`Expected a store opened with mode 'run', got '${this.mode}'`);
    return this.#guard(run);
  }
}
