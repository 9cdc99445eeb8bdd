/** A grid ready to be planned: how a cell's settings are computed, and what cuts a cell. */
import type { EngineSpec } from '../../contract/index.ts';
import type { DatasetFacts } from '../schema/datasets.ts';
import type { Expression, Scope } from '../expression/expression.ts';
import type { Field } from '../schema/fields.ts';
import type { Place } from './problems.ts';
import type { Assignment, Space } from '../plan/space.ts';
import type { AxisValue } from '../cell.ts';

/** A setting that follows from the cell. */
export interface Rule {
  readonly field: Field;
  /** Where it stands in the file. */
  readonly place: Place;
  readonly evaluate: (scope: Scope) => AxisValue;
}

export interface Constraint extends Expression {
  readonly place: Place;
  /** Uses a cost, so that the network has to be built first. */
  readonly needsCost: boolean;
}

export interface GridProgram {
  readonly file: string;
  readonly space: Space;
  /** Axes of a cell: the four of scaling, then the others in the order in which they are written. */
  readonly axes: readonly string[];
  /** Distinct values of every axis that the grid names. */
  readonly axisValues: ReadonlyMap<string, readonly AxisValue[]>;
  /** What was read otherwise than it is written, in sentences. */
  readonly notes: readonly string[];
  /** Settings that are the same in every cell, unless the cell assigns them. */
  readonly fixed: Readonly<Assignment>;
  /** `fixed`, over the defaults of each family of the grid. */
  readonly base: Readonly<Record<string, Readonly<Assignment>>>;
  /** For each family of the grid, the axes that are settings of other families: no cell of it may lie on them. */
  readonly foreignAxes: Readonly<Record<string, readonly string[]>>;
  /** In the order in which they are evaluated; a cell that assigns the field itself wins over the rule. */
  readonly rules: readonly Rule[];
  /** Blocks per stage of a cell, where the grid states them. */
  readonly blocks: (cell: Scope) => readonly number[] | undefined;
  readonly constraints: readonly Constraint[];
  readonly data: DatasetFacts & { readonly name: string };
  /** Where a setting is written: beside its name, among the axes, or else its section. */
  readonly placeOf: (setting: string) => Place;
  readonly engine: EngineSpec;
  /** Settings of the trainer's own, `params.` before each name, where its networks are of no family of this program. */
  readonly own: readonly string[] | undefined;
  readonly seeds: readonly number[];
}
