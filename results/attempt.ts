/** What a store says of attempts and of the trials behind them. */
import type { EpochMetrics, FailureKind, Trial, TrialResult } from '../contract/index.ts';

/** An attempt that has been handed out and not ended. */
export interface RunningAttempt {
  readonly trial: string;
  readonly attempt: number;
  /** `queued` until the worker said `started`. */
  readonly state: 'queued' | 'running';
  readonly worker: string;
  readonly device: string;
  readonly pid: number | null;
  readonly claimedAt: number;
  readonly startedAt: number | null;
  /** Epochs finished, of how many. */
  readonly epoch: number;
  readonly epochs: number;
  /** Newest minival top-1, fraction of 1. */
  readonly minivalTop1: number | null;
  /** Images held at one time; null for the whole batch. */
  readonly microBatch: number | null;
}

export interface Attempt {
  readonly attempt: number;
  readonly worker: string;
  readonly device: string;
  readonly pid: number | null;
  readonly claimedAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly outcome: 'open' | 'done' | 'failed' | 'released';
  readonly kind: FailureKind | null;
  readonly message: string | null;
  readonly step: number | null;
  readonly resumedFromStep: number | null;
  readonly note: string | null;
  /** Images held at one time; null for the whole batch. */
  readonly microBatch: number | null;
}

/** All that the store knows of one trial. `trial` is null for results imported from elsewhere. */
export interface TrialDetail {
  readonly id: string;
  readonly trial: Trial | null;
  readonly state: 'planned' | 'queued' | 'running' | 'done' | 'failed';
  readonly result: TrialResult | null;
  readonly attempts: readonly Attempt[];
  readonly epochs: readonly EpochMetrics[];
}
