/** A grid as it was read. */
import type { Budget, EngineName, TrainerSpec, TrialSpec } from '../contract/index.ts';
import type { AxisValue } from './cell.ts';
import type { CostOrReason } from './plan/cost-memo.ts';
import type { GridProgram } from './read/program.ts';

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
  /** Of one cap each, that the grid's question asks about. */
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
  /** What was read otherwise than it is written, in sentences. */
  readonly notes: readonly string[];
  /** Constraints as they were written. */
  readonly constraints: readonly string[];
  /** Cells before any is cut. */
  readonly cellCount: number;
  /** @internal What `planGrid` runs. */
  readonly program: GridProgram;
}
