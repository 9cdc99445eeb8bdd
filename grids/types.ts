/** What the room hands out: a grid as it was read, and the trials and exclusions of its plan. */
import type { EngineName, TrainerSpec, Trial, TrialCost, TrialSpec } from '../contract/index.ts';
import type { CostOrReason } from './plan/cost-memo.ts';
import type { GridProgram } from './read/program.ts';

/** A value on an axis. */
export type AxisValue = number | string | boolean;

/** One point of a grid. Holds the four scaling axes and every other axis that the grid names. */
export interface Cell {
  /** Multiplier of every channel count. */
  readonly width: number;
  /** Layers, by the field's counting. */
  readonly depth: number;
  /** Side of the square input, pixels. */
  readonly resolution: number;
  readonly epochs: number;
  readonly [axis: string]: number | string | boolean;
}

/** A trial that the grid asks for, and what it will cost. */
export interface PlannedTrial {
  readonly trial: Trial;
  readonly cell: Cell;
  readonly cost: TrialCost;
}

/** A cell that was cut, and the rule that cut it. Without `seed`, all the cell's trials are cut. */
export interface Exclusion {
  readonly cell: Cell;
  readonly seed?: number;
  /** A constraint as it was written, or why the network cannot be built. */
  readonly rule: string;
}

export type PlanItem = ({ readonly kind: 'trial' } & PlannedTrial) | ({ readonly kind: 'excluded' } & Exclusion);

export const budgetAxes = ['flops', 'trainFlops', 'params', 'memoryBytes', 'stepMs'] as const;
export type BudgetAxis = (typeof budgetAxes)[number];

/** A cap on a cost axis that the grid's question asks about. */
export interface Budget {
  readonly axis: BudgetAxis;
  /** FLOPs, parameters, bytes or milliseconds. */
  readonly limit: number;
}

/** A grid file, read and checked. */
export interface Grid {
  /** The file's name without folder and extension. */
  readonly name: string;
  readonly file: string;
  /** The file as it was read, to be stored beside the results. */
  readonly text: string;
  /** SHA-256 of all that decides which trials there are, and their order; comments and spelling do not count. */
  readonly hash: string;
  readonly question: string;
  readonly command: string | undefined;
  /** The expected cost, in the author's words. */
  readonly cost: string | undefined;
  readonly budgets: readonly Budget[];
  readonly engine: EngineName;
  /** Of the engine `command`. */
  readonly trainer: TrainerSpec | undefined;
  /** Whether the trainer prints the cost of its networks. */
  readonly ownCost: boolean;
  /** Where costs come from. @defaultValue the built-in family */
  readonly costOf?: (spec: TrialSpec) => CostOrReason;
  readonly seeds: readonly number[];
  /** The distinct values of every axis that the grid names, in the order they are written. */
  readonly axes: Readonly<Record<string, readonly AxisValue[]>>;
  /** Constraints as they were written. */
  readonly constraints: readonly string[];
  /** Cells before any is cut. */
  readonly cellCount: number;
  /** @internal What `planGrid` runs. */
  readonly program: GridProgram;
}

export interface PlanOptions {
  /** Cuts cells whose forward pass of one image costs more. */
  readonly maxFlops?: number;
  /** Cuts trials whose whole training costs more. */
  readonly maxTrainFlops?: number;
}

/** Predicts the wall-clock seconds of a trial on one worker slot. */
export type SecondsOf = (spec: TrialSpec, cost: TrialCost) => number;

export interface TotalsOptions {
  readonly secondsOf?: SecondsOf;
  /** Sustained FLOP/s of one device, for GPU-hours. */
  readonly deviceFlops?: number;
}

export interface PlanTotals {
  readonly cells: number;
  readonly trials: number;
  /** Cells that were cut. */
  readonly excluded: number;
  /** Cut cells by rule, most frequent first. */
  readonly excludedBy: Readonly<Record<string, number>>;
  readonly trainFlops: number;
  /** Of all trials one after the other, on one slot; `null` without a predictor. */
  readonly predictedSeconds: number | null;
  /** `null` without `deviceFlops`. */
  readonly gpuHours: number | null;
}
