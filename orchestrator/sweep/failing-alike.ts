/** Tells a sweep that fails as a whole from trials that fail: the same cause, trial after trial, and nothing done. */
import type { FailureKind } from '../../contract/index.ts';

/**
 * Failures that may be the program's or the grid's and not the trial's. Divergence and memory depend on the cell (the largest are tried first), a
 * lost host on nobody; data and devices have their own rule, since they hit workers and not trials.
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
  /** Counts a failed attempt; returns of how many trials the cause is. */
  failed(trial: string, kind: FailureKind, message: string): number;
  /** A trial is done: those that fail are to blame themselves. */
  done(): void;
}

/** @param hasDone whether any trial of the sweep is done already */
export function makeAlikeFailures(hasDone: boolean): AlikeFailures {
  const trials = new Map<string, Set<string>>();
  let isOff = hasDone;
  return {
    failed: (trial, kind, message) => {
      if (isOff || !COUNTED.has(kind)) return 0;
      const cause = causeOf(kind, message);
      const known = trials.get(cause) ?? new Set();
      trials.set(cause, known.add(trial));
      return known.size;
    },
    done: () => {
      isOff = true;
      trials.clear();
    },
  };
}
