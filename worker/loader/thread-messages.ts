/** Messages between the training thread and the batch thread. Arrays are transferred, not copied. */
import {
  isScalesweepError,
  messageOf,
  ScalesweepError,
  type ScalesweepErrorOptions,
  type ErrorCode,
} from '../../contract/index.ts';
import type { PortableDataset } from '../data/index.ts';
import type { BatchArrays, BatchPlan, BatchRequest } from './batch-plan.ts';

/** Of one stream: `open`, then any number of `fill`s, each answered in its turn, then `close`. */
export type ToThread =
  | { readonly type: 'open'; readonly dataset: PortableDataset; readonly plan: BatchPlan }
  | { readonly type: 'fill'; readonly stream: number; readonly request: BatchRequest; readonly arrays: BatchArrays }
  | { readonly type: 'close' };

export type FromThread = { readonly stream: number } & (
  | { readonly type: 'filled'; readonly arrays: BatchArrays; readonly filled: number }
  | { readonly type: 'failed'; readonly error: CarriedError }
);

/** An error as plain values: cloning keeps neither the class nor the code. */
export interface CarriedError {
  readonly message: string;
  readonly stack: string | undefined;
  /** The code of an error of ours, or of the system. */
  readonly code: string | undefined;
  readonly ours: Pick<ScalesweepErrorOptions, 'hint' | 'exitCode'> | undefined;
}

export function carryError(error: unknown): CarriedError {
  const stack = error instanceof Error ? error.stack : undefined;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (!isScalesweepError(error)) return { message: messageOf(error), stack, code, ours: undefined };
  const { hint, exitCode } = error;
  return { message: error.message, stack, code, ours: { exitCode, ...(hint === undefined ? {} : { hint }) } };
}

export function restoreError({ message, stack, code, ours }: CarriedError): Error {
  const error =
    ours === undefined
      ? Object.assign(new Error(message), code === undefined ? {} : { code })
      : new ScalesweepError(code as ErrorCode, message, ours);
  if (stack !== undefined) error.stack = stack;
  return error;
}
