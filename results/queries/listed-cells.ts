/** The cells of a list: one sweep's, some thousands as a rule. */
import type { CostAxis, Facts } from '../../contract/index.ts';
import { byAccuracy, byShape, type Cells, type Scope, type Selection } from './cells.ts';
import { costAxesOf, scalingAxesOf } from '../store/sql.ts';
import type { StoredCell } from './cell-result.ts';
import type { NoiseModel } from './noise.ts';

export function listedCells(list: readonly StoredCell[], scope: Scope, noise: NoiseModel, facts: Facts): Cells {
  const axes = scalingAxesOf(facts);
  const under = ({ budget, axis }: Selection): StoredCell[] =>
    list
      .filter((cell) =>
        costAxesOf(facts).every((name) => budget[name] === undefined || (cell[name] ?? Infinity) <= budget[name]),
      )
      .sort(byAccuracy(axis));
  const between = (axis: CostAxis, low: number, high: number): StoredCell[] =>
    list.filter((cell) => cell[axis] !== null && cell[axis] >= low && cell[axis] <= high).sort((a, b) => a.n - b.n);
  return {
    scope,
    axes,
    noise,
    mostAccurate: (selection) => under(selection)[0],
    atLeast: (selection, minivalTop1, limit) =>
      under(selection)
        .filter((cell) => cell.minivalTop1 >= minivalTop1)
        .slice(0, limit),
    front: (axis) => frontOf(list, axis),
    hasMoreThan: (limit, axis, low, high) => between(axis, low, high).length > limit,
    between,
    all: () => list.toSorted(byShape(axes)),
  };
}

function frontOf(list: readonly StoredCell[], axis: CostAxis): StoredCell[] {
  const front: StoredCell[] = [];
  const byCost = list
    .filter((cell) => cell[axis] !== null)
    .sort((a, b) => (a[axis] ?? 0) - (b[axis] ?? 0) || b.minivalTop1 - a.minivalTop1 || a.n - b.n);
  for (const cell of byCost) {
    if (cell.minivalTop1 > (front.at(-1)?.minivalTop1 ?? -Infinity)) front.push(cell);
  }
  return front;
}
