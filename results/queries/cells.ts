/**
 * Where queries find cells. Two sources answer the same questions: all cells of a dataset, from indexes (a million cells
 * in a few ms), and the cells of one sweep, from a list (a sweep may hold only some seeds of a cell, so its means are
 * its own).
 */
import type { Budget, CostAxis, ScalingAxis } from '../../contract/index.ts';
import type { StoredCell } from './cell-result.ts';
import type { NoiseModel } from './noise.ts';

export interface Selection {
  readonly budget: Budget;
  /** Searched by this axis; the one that the budget caps, as a rule. */
  readonly axis: CostAxis;
}

/** Only cells with a minival accuracy are cells here. */
export interface Cells {
  /** For messages: the dataset, and the sweep where one was asked for. */
  readonly scope: Scope;
  /** The scaling axes, in the order of the table. */
  readonly axes: readonly ScalingAxis[];
  readonly noise: NoiseModel;
  /** The most accurate cell under the budget; of equals the cheapest on the axis. */
  mostAccurate(selection: Selection): StoredCell | undefined;
  /** Cells under the budget at least this accurate, the most accurate first, `limit` of them. */
  atLeast(selection: Selection, minivalTop1: number, limit: number): StoredCell[];
  /** Cells that no cheaper or equally cheap cell matches, by rising cost. */
  front(axis: CostAxis): StoredCell[];
  /** Whether more than `limit` cells cost from `low` to `high`. */
  hasMoreThan(limit: number, axis: CostAxis, low: number, high: number): boolean;
  between(axis: CostAxis, low: number, high: number): StoredCell[];
  /** By the scaling axes. */
  all(): StoredCell[];
}

export interface Scope {
  readonly dataset: string;
  readonly sweep: string | null;
}

/** The order of equals, so that answers do not depend on how they were found. */
export function byAccuracy(axis: CostAxis): (a: StoredCell, b: StoredCell) => number {
  return (a, b) => b.minivalTop1 - a.minivalTop1 || (a[axis] ?? Infinity) - (b[axis] ?? Infinity) || a.n - b.n;
}

export function byShape(axes: readonly ScalingAxis[]): (a: StoredCell, b: StoredCell) => number {
  return (a, b) => {
    for (const axis of axes) if (a[axis] !== b[axis]) return a[axis] - b[axis];
    return a.n - b.n;
  };
}
