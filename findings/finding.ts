/**
 * What the findings say and are asked. Glossary:
 *
 * - effect: an estimate, in the finding's `unit`; positive means that the finding's question is answered with yes.
 * - strategy: scaling one axis up (depth, width, resolution or epochs) while the others stay.
 * - base: the cell that two strategies both start from.
 * - arm: the cells along one strategy, the others held; matched: compared at the same cost, interpolated along the arm.
 */

import { scalingAxes, type CostAxis, type ScalingAxis } from '../contract/index.ts';

/** The costs at which cells are compared: what a budget caps but memory, which is not spent. */
export const matchedCosts = ['flops', 'trainFlops', 'stepMs', 'params'] as const satisfies readonly CostAxis[];
export type MatchedCost = (typeof matchedCosts)[number];

export const strategies = scalingAxes;
export type Strategy = ScalingAxis;

/** A cell's place on the scaling axes. */
export type CellName = Readonly<Record<Strategy, number>>;

export const cellName = ({ width, depth, resolution, epochs }: CellName): CellName => ({
  width,
  depth,
  resolution,
  epochs,
});

/** `no-data`: nothing was compared. */
export type Verdict = 'supported' | 'contradicted' | 'not-separable' | 'no-data';

/** What was held fixed; `[low, high]` for a comparison between two values. */
export type Scope = Readonly<Record<string, number | string | readonly [number, number]>>;

/** A cell that is to be trained, or trained again. */
export interface WantedCell extends CellName {
  /** Other varied axes of the cell, by their name in the grid. */
  readonly axes: Readonly<Record<string, unknown>>;
}

/** The trials that would separate a finding, and what they cost: every cell with every seed. */
export interface WouldSeparate {
  readonly cells: readonly WantedCell[];
  /** Seeds that none of the cells has a result of yet. */
  readonly seeds: readonly number[];
  readonly trials: number;
  /** Of all these trials; `null` where a cell's cost is not known. */
  readonly trainFlops: number | null;
  /** What these trials are expected to do, or why none are named. */
  readonly note: string;
}

export interface Finding {
  /** `slug/axis/scope`. */
  readonly id: string;
  /** The question's short name: `depth-over-width`. */
  readonly slug: string;
  /** In words, answered yes by `supported` and no by `contradicted`. */
  readonly question: string;
  /** The cost that was matched or predicted from. */
  readonly axis: MatchedCost;
  readonly scope: Scope;
  /** `null` when there was nothing to compare. */
  readonly effect: number | null;
  readonly unit: string;
  /** 95 %, not corrected for the number of questions; `null` where the noise is not known. */
  readonly interval: readonly [number, number] | null;
  /** Comparisons (or cells, or epochs) behind the effect. */
  readonly pairs: number;
  readonly verdict: Verdict;
  /** Two-sided, Holm-corrected over all contrasts of the same question; `null` where no test was made. */
  readonly correctedP: number | null;
  /** `null` where the verdict is `supported` or `contradicted`. */
  readonly wouldSeparate: WouldSeparate | null;
  /** What the numbers alone do not say, one sentence or two. */
  readonly note: string | null;
}
