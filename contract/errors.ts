/**
 * The error tree. Messages read "expected X, got Y, do Z"; the hint is the "do Z", on a separate line.
 * Exit codes are a contract (README, "Exit codes").
 */

export const EXIT = {
  done: 0,
  bug: 1,
  userMistake: 2,
  failedTrials: 3,
  storeTooNew: 4,
  interrupted: 130,
} as const;

export type ErrorCode =
  | 'GRID_INVALID'
  | 'USAGE'
  | 'DATASET_UNAVAILABLE'
  | 'DATASET_CORRUPT'
  | 'STORE_CORRUPT'
  | 'STORE_LOCKED'
  | 'STORE_TOO_NEW'
  | 'STORE_UNWRITABLE'
  /** The store's file was removed, moved or replaced while it was open. */
  | 'STORE_LOST'
  | 'DISK_FULL'
  | 'CHECKPOINT_CORRUPT'
  | 'CHECKPOINT_MISMATCH'
  | 'NOT_FOUND'
  | 'DEVICE_UNAVAILABLE'
  | 'REDIS_UNAVAILABLE'
  /** A call to the operating system failed: a broken disk, too many open files. */
  | 'SYSTEM'
  | 'MODEL_UNBUILDABLE'
  | 'TRIAL_DIVERGED'
  | 'OUT_OF_MEMORY'
  /** A trainer of the engine `command` ended by its own fault. */
  | 'TRAINER_FAILED'
  /** A trainer was killed by someone else. */
  | 'TRAINER_LOST'
  | 'INTERRUPTED';

export interface ScalesweepErrorOptions {
  /** What the reader can do about it, one line. */
  hint?: string;
  exitCode?: number;
  /** The end of what a program of the user's printed before it failed. */
  logTail?: string;
  cause?: unknown;
}

/** An error whose message is for the user: printed without a stack. Anything else that is thrown is a bug. */
export class ScalesweepError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly exitCode: number;
  readonly logTail: string | undefined;

  constructor(code: ErrorCode, message: string, options: ScalesweepErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ScalesweepError';
    this.code = code;
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? EXIT.userMistake;
    this.logTail = options.logTail;
  }
}

export function isScalesweepError(error: unknown): error is ScalesweepError {
  return error instanceof ScalesweepError;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
