/**
 * The port of the store: what the orchestrator writes and what everybody reads. SQLite is the truth, one process runs
 * sweeps on it at a time, and every write of a trial is fenced by its attempt number.
 *
 * Times are milliseconds since 1970 and always arguments (`now`). Ids of trials and sweeps are hex; where a *prefix* is
 * accepted, the parameter says so. Every method may throw a `ScalesweepError`: `STORE_LOCKED`, `STORE_CORRUPT`,
 * `STORE_UNWRITABLE` or `DISK_FULL`; a write that threw has changed nothing.
 */
import type {
  EngineSpec,
  EpochMetrics,
  Facts,
  FailureKind,
  Trial,
  TrialCost,
  TrialResult,
  TrialSpec,
} from '../contract/index.ts';
import type { RunningAttempt, TrialDetail } from './attempt.ts';
import type { AddResultsOptions, ImportCheck } from './imported.ts';
import type { ImportedResult } from './result-row.ts';
import type { OwnerWork, StoreOwner } from './store/owner-record.ts';

export type { Attempt, RunningAttempt, TrialDetail } from './attempt.ts';

/**
 * - `read`: queries only; never blocked by a writer.
 * - `steer`: short writes beside a running sweep (pause, cancel, retry, import).
 * - `run`: hands out trials and takes results. One process at a time; a second is refused with `STORE_LOCKED`, and the
 *   lock of a process that died is free at once.
 */
export type StoreMode = 'read' | 'steer' | 'run';

export interface OpenStoreOptions {
  /** @defaultValue 'steer' */
  mode?: StoreMode;
  /** How long a write waits for another process's transaction, in ms. @defaultValue 5000 */
  lockTimeoutMs?: number;
  /** The numbers that it holds; columns that the file lacks are added. @defaultValue FACTS */
  facts?: Facts;
}

/** A trial as a plan hands it over (`PlannedTrial` of grids/ fits). */
export interface TrialToStore {
  readonly trial: Trial;
  /** width, depth, resolution, epochs and anything else that the grid varies; never the seed. */
  readonly cell: Readonly<Record<string, unknown>>;
  readonly cost: TrialCost;
}

export interface AddTrialsOptions {
  /** Trials are handed out by falling priority, ties in the order given. @defaultValue trainFlops: longest first */
  priority?: (trial: TrialToStore, index: number) => number;
  /** Predicted seconds of a trial, where a calibration exists. @defaultValue null */
  predictedSeconds?: (trial: TrialToStore) => number | null;
}

export interface AddedTrials {
  /** Trials of the sweep. */
  readonly total: number;
  /** Trials that no sweep had asked for before. */
  readonly added: number;
  /** Trials of the sweep that already have a result. */
  readonly done: number;
}

export interface SweepInput {
  readonly name: string;
  /** Path of the grid file, as the user gave it. */
  readonly gridFile: string;
  readonly gridText: string;
  /** Hash of all that decides the sweep's trials; the same hash is the same sweep. Hex, at least 12 digits. */
  readonly gridHash: string;
  readonly question: string | null;
  /** Budgets of the grid, `{flops: [...], params: [...]}`. */
  readonly budgets: Readonly<Record<string, readonly number[]>>;
  /** What the command line changed about the grid, `{maxFlops: 2e9}`: with the grid's text it gives the same plan again. */
  readonly overrides: Readonly<Record<string, string | number>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

/** What all trials of a sweep share. */
export interface SweepFacts {
  readonly engine: EngineSpec;
  /** Name of the dataset. */
  readonly dataset: string;
}

const sweepStates = ['active', 'paused', 'cancelled'] as const;
export type SweepState = (typeof sweepStates)[number];

export interface SweepRecord extends SweepInput {
  /** The first 12 digits of the grid's hash. */
  readonly id: string;
  readonly state: SweepState;
  readonly source: 'trained' | 'imported';
  /** False when a run died while storing the plan: the next run of the same grid stores it again. */
  readonly complete: boolean;
  /** Null before its first trial is stored, and for results from elsewhere. */
  readonly facts: SweepFacts | null;
}

/** A trial that waits to be handed out. */
export interface WaitingTrial {
  readonly trial: Trial;
  readonly cost: TrialCost;
  readonly predictedSeconds: number | null;
  /** Attempts so far. */
  readonly attempts: number;
  /** Attempts that failed by the trial's own fault. */
  readonly crashes: number;
  /** Attempts lost with their worker. */
  readonly hostLosses: number;
  /** Images to hold at one time, where an attempt with more of them ran out of memory; null for the whole batch. */
  readonly microBatch: number | null;
}

export interface Claim {
  readonly worker: string;
  readonly device: string;
  readonly now: number;
}

export interface Started {
  /** Who took it, where the claim could not know. */
  readonly worker?: string;
  readonly engine: string;
  readonly device: string;
  readonly pid: number;
  readonly resumedFromStep: number;
  readonly totalSteps: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly note?: string | undefined;
  /** The attempt's end is written in the same transaction: then nobody can see it running, and its state is left to its end. */
  readonly isEnding?: boolean;
  readonly now: number;
}

export interface Failure {
  readonly kind: FailureKind;
  readonly message: string;
  readonly step: number | null;
}

/** `fenced`: the attempt is not the trial's newest, the trial is finished, or it is none of this store's; nothing was written. */
export type Written = 'stored' | 'fenced';

export interface Counts {
  planned: number;
  queued: number;
  running: number;
  done: number;
  failed: number;
  cancelled: number;
}

/** Failed trials of one cause. */
export interface FailureGroup {
  readonly kind: FailureKind;
  readonly message: string;
  readonly trials: number;
  /** Up to five of them. */
  readonly examples: readonly string[];
  /** Earliest step it happened at. */
  readonly step: number | null;
}

export interface SweepStatus {
  readonly sweep: string;
  readonly name: string;
  readonly state: SweepState;
  readonly counts: Counts;
  readonly workers: readonly RunningAttempt[];
  readonly failures: readonly FailureGroup[];
  /** From what is predicted of the trials left and the pace measured so far; null before the first result or with nobody at work. */
  readonly etaSeconds: number | null;
}

export interface Store {
  readonly file: string;
  readonly mode: StoreMode;
  close(): void;
  /**
   * Several writes in one transaction: all or nothing, and about half the cost of as many single ones (0.1 ms saved a
   * write). `body` must not wait for anything.
   */
  batch<R>(body: () => R): R;

  /** The sweep of this grid: made, or found by its hash. A cancelled one becomes active again. */
  createSweep(input: SweepInput): SweepRecord;
  /**
   * Stores a sweep's plan from a stream, in chunked transactions; `complete` is set by the last. Trials that other
   * sweeps asked for are shared, so calling it again, or with a longer plan, adds only what is new.
   */
  addTrials(sweep: string, trials: Iterable<TrialToStore>, options?: AddTrialsOptions): AddedTrials;
  /** Predicts the trials of a sweep that are not done again, and orders them by it: longest first. */
  predictAgain(sweep: string, secondsOf: (spec: TrialSpec, cost: TrialCost) => number): void;
  /** What results trained elsewhere say otherwise than each other or than the store. Writes nothing. */
  checkResults(dataset: string, results: readonly ImportedResult[]): ImportCheck;
  /**
   * Results trained elsewhere, as finished trials of a sweep. Returns how many were new. To the others is added what they did
   * not know; whether one says otherwise is to be asked before (`checkResults`).
   */
  addResults(
    sweep: string,
    dataset: string,
    results: readonly ImportedResult[],
    now: number,
    options?: AddResultsOptions,
  ): number;
  /** By id prefix; the latest without one. @throws `NOT_FOUND`, or `USAGE` when several match. */
  sweep(prefix?: string): SweepRecord;
  /** Newest first. */
  sweeps(): SweepRecord[];
  setSweepState(sweep: string, state: SweepState): void;
  /** Failed trials of a sweep back to planned, their crashes forgiven and the whole batch tried again. Returns how many. */
  retryFailed(sweep: string): number;

  /** Up to `limit` trials to hand out, highest priority first; none of a paused or cancelled sweep. */
  nextTrials(sweep: string, limit: number, now: number): WaitingTrial[];
  /** When the earliest trial that waits out a retry delay may go; `undefined` when none does. */
  nextRetryAt(sweep: string, now: number): number | undefined;
  /** Hands a planned trial out as a new attempt (state `queued`); `undefined` when it is not planned any more. */
  claim(trial: string, claim: Claim): number | undefined;
  recordStarted(trial: string, attempt: number, started: Started): Written;
  recordEpochs(trial: string, attempt: number, epochs: readonly EpochMetrics[]): Written;
  recordCheckpoint(trial: string, attempt: number, step: number, now: number): Written;
  /** Result, state and attempt in one transaction. The same attempt may hand in again: `stored`, written once. */
  finish(trial: string, attempt: number, result: TrialResult, now: number): Written;
  /** With `retryAt` the trial is planned again from then on; without, it is failed for good. */
  fail(trial: string, attempt: number, failure: Failure, now: number, retryAt?: number): Written;
  /**
   * The attempt ran out of memory: planned again at once, at no cost in retries, to hold so many images at a time from now on
   * (until `retryFailed`). Of the attempt it is recorded that it failed, and why.
   */
  shrink(trial: string, attempt: number, failure: Failure, microBatch: number, now: number): Written;
  /** The worker went away through no fault of the trial: planned again at once, no retry spent. */
  release(trial: string, attempt: number, kind: 'host-lost' | 'interrupted', now: number): Written;
  /**
   * Attempts that a dead orchestrator left open, back to planned; `isAlive` spares those whose worker still works on
   * (machines elsewhere do). Retries that are due in more than a minute, by a clock that was set back since, are due now. To be called once, by the process that opened the store with `run`.
   */
  releaseOrphans(now: number, isAlive?: (attempt: RunningAttempt) => boolean): number;

  running(sweep?: string): RunningAttempt[];
  counts(sweep: string): Counts;
  failures(sweep: string): FailureGroup[];
  /**
   * `parallelism`: slots of whoever asks, one of which is idle while it hands on from a finished trial. @defaultValue those at work
   *
   * `now`: what open attempts have done by then is taken off the time left. @defaultValue only their finished epochs are
   */
  statusOf(sweep: string, parallelism?: number, now?: number): SweepStatus;
  /** Who runs sweeps on the store, or did until it died; `undefined` where the last one ended in order. */
  owner(): StoreOwner | undefined;
  /** Tells others what this process, the owner, is at. Asked every two seconds. */
  announce(workOf: () => OwnerWork): void;
  /** By id prefix. @throws `NOT_FOUND`, or `USAGE` when several match. */
  trial(prefix: string): TrialDetail;
}
