/** What is asked about scaling a cell, and what is answered. */
import type { Budget } from '../contract/index.ts';
import type { CellName, MatchedCost, Strategy } from './finding.ts';

export interface RecommendQuestion {
  /** Where to start. @defaultValue the most accurate of the cells that the most strategies lead up from within the budget */
  readonly from?: CellName;
  /** One cap on the scaled cell's cost. @defaultValue none: as far as the trained cells reach, on FLOPs */
  readonly budget?: Pick<Budget, MatchedCost>;
}

/** One strategy from the cell that was asked about, at the cost where the strategies are compared. */
export interface Option {
  readonly strategy: Strategy;
  /** Points of top-1 over the starting cell. */
  readonly gain: number;
  readonly interval: readonly [number, number] | null;
  /** The biggest trained cell of the arm within the budget. */
  readonly reaches: CellName;
}

export interface Recommendation {
  /** `null` when the question was refused. */
  readonly scale: Strategy | null;
  /** False when the runner-up is not separable from it. */
  readonly isSeparated: boolean;
  readonly from: CellName | null;
  readonly axis: MatchedCost;
  /** Where the options are compared. */
  readonly cost: number | null;
  /** Best first. */
  readonly options: readonly Option[];
  /** The answer in words. */
  readonly text: string;
  /** The findings that speak about it, in the paper's terms. */
  readonly evidence: readonly Evidence[];
  /** What it rests on, and where it ends. */
  readonly limits: readonly string[];
}

/** A finding by its id, and what it says about the recommendation. */
export interface Evidence {
  readonly finding: string;
  readonly says: string;
}
