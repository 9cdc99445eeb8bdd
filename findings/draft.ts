/** A finding before its verdict. Each question module makes drafts; judge.ts turns them into findings. */
import type { Contrast } from './contrast.ts';
import type { MatchedCost, Scope, Verdict, WantedCell } from './finding.ts';

interface DraftHead {
  /** `depth-over-width`; drafts of one slug and axis are corrected together. */
  readonly slug: string;
  readonly question: string;
  readonly axis: MatchedCost;
  readonly scope: Scope;
  readonly unit: string;
  readonly note?: string;
}

/** An effect that is a combination of cells' accuracies: its uncertainty comes from theirs. */
export interface ContrastDraft extends DraftHead {
  readonly kind: 'contrast';
  readonly contrast: Contrast;
}

/** An effect that brought its own interval (from resampling cells). */
export interface MeasuredDraft extends DraftHead {
  readonly kind: 'measured';
  readonly effect: number | null;
  readonly interval: readonly [number, number] | null;
  readonly pairs: number;
  /** Two-sided p-value, corrected with its family; or `null`, and `verdict` says what the interval decides. */
  readonly p: number | null;
  readonly verdict: Verdict | null;
  /** Trials that would add to it, cheapest first. */
  readonly wanted?: readonly WantedCell[];
}

export type Draft = ContrastDraft | MeasuredDraft;

const span = (value: Scope[string]): string => (typeof value === 'object' ? `${value[0]}-${value[1]}` : String(value));

/** `epochs=350,resolution=160-224`, or `all`. */
export function scopeText(scope: Scope): string {
  return (
    Object.entries(scope)
      .map(([name, value]) => `${name}=${span(value)}`)
      .join(',') || 'all'
  );
}

/** What an interval shows against a threshold: the whole of it above, or below, or neither. */
export function verdictAgainst(
  interval: readonly [low: number, high: number] | null,
  threshold: number | null,
): Verdict {
  if (interval === null || threshold === null) return 'not-separable';
  return interval[0] > threshold ? 'supported' : interval[1] < threshold ? 'contradicted' : 'not-separable';
}
