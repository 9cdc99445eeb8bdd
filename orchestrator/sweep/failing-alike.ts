/** Tells a sweep that fails as a whole from trials that fail: the same cause, trial after trial, and nothing done. */
import type { FailureKind, WorkerEvent } from '../../contract/index.ts';

type FailedEvent = Pick<Extract<WorkerEvent, { type: 'failed' }>, 'trial' | 'kind' | 'message' | 'isDeath'>;

/**
 * Failures that may be the trainer's or the grid's, and not the trial's. Divergence and memory depend on the cell, and the largest are tried first;
 * a lost host is nobody's fault; data and devices have a rule of their own, since they hit workers and not trials. A worker's process that dies
 * does not count either: the device may be broken.
 */
const COUNTED: ReadonlySet<FailureKind> = new Set(['crash', 'config']);

/** What differs from trial to trial in the same failure: ids, folders, addresses, measured numbers, places in a stream. */
const OF_THE_TRIAL: readonly (readonly [RegExp, string])[] = [
  [/"(?:[^"\\]|\\.)*"/g, '"..."'],
  [/(?:[\w.-]*\/)+/g, ''],
  [/\b0x[0-9a-f]+\b|\b[0-9a-f]{8,}\b/gi, '#'],
  [/\b(line|step|pid) \d+/gi, '$1 #'],
  [/\d+\.\d+(?:e[-+]?\d+)?|\b\d{4,}\b/gi, '#'],
];

/** Equal for failures that a user would call the same. */
export function causeOf(kind: FailureKind, message: string): string {
  const line = message.split('\n', 1)[0]!;
  return `${kind} ${OF_THE_TRIAL.reduce((text, [pattern, by]) => text.replaceAll(pattern, by), line)}`;
}

export interface AlikeFailures {
  /** Counts a failed attempt; returns of how many trials the cause is, on how many workers. */
  failed(event: FailedEvent, worker: string): { readonly trials: number; readonly workers: number };
  /** A trial is done: those that fail are to blame themselves. */
  done(): void;
}

/** @param hasDone whether any trial of the sweep is done already */
export function makeAlikeFailures(hasDone: boolean): AlikeFailures {
  const causes = new Map<string, { readonly trials: Set<string>; readonly workers: Set<string> }>();
  let isOff = hasDone;
  return {
    failed: ({ trial, kind, message, isDeath }, worker) => {
      if (isOff || !COUNTED.has(kind) || isDeath === true) return { trials: 0, workers: 0 };
      const cause = causeOf(kind, message);
      const known = causes.get(cause) ?? { trials: new Set(), workers: new Set() };
      causes.set(cause, known);
      return { trials: known.trials.add(trial).size, workers: known.workers.add(worker).size };
    },
    done: () => {
      isOff = true;
      causes.clear();
    },
  };
}
