/** What is asked of a set of results, and all that they answer. */
import type { Finding } from './finding.ts';
import type { DesignRange } from './design-range.ts';
import type { Recommendation, RecommendQuestion } from './recommendation.ts';
import type { CellRegime, Curves } from './regime.ts';

export interface FindingsOptions extends RecommendQuestion {
  /** Of the bootstrap: the same rows, options and seed give the same findings. @defaultValue 1 */
  readonly seed?: number;
  /** Bootstrap replicates. @defaultValue 2000 */
  readonly replicates?: number;
  /**
   * Points of top-1 (per doubling, where the effect is) below which a difference does not matter, even where it is significant.
   * @defaultValue 0.1: the digit that accuracies are reported to
   */
  readonly smallestEffect?: number;
  /** Images that the accuracies were measured on. @defaultValue 10,000, where results don't tell */
  readonly minivalImages?: number;
  /** Slugs of the questions to ask; recommendation and range are there in any case. @defaultValue all */
  readonly questions?: readonly string[];
  /** Per-epoch metrics by trial id, for the over-fitting regime. */
  readonly curves?: Curves;
}

export interface FindingsReport {
  readonly findings: readonly Finding[];
  readonly recommendation: Recommendation;
  /** Over-fitting regime per cell, where curves or final train accuracies were given. */
  readonly regimes: readonly CellRegime[];
  /** Inside of which an answer is an interpolation. */
  readonly hull: DesignRange | null;
  /** What the rows could not say: rows left out and why, noise taken from where. */
  readonly limits: readonly string[];
}
