/** The Pareto front: cells that no cheaper or equally cheap cell matches in minival accuracy. */
import type { CostAxis } from '../../contract/index.ts';
import { guarded } from '../store/sqlite-errors.ts';
import type { SqliteStore } from '../store/sqlite-store.ts';
import { cellResult, type CellResult } from './cell-result.ts';
import type { Scope } from './cells.ts';
import { cellsOf, resolveScope, type ScopeOptions } from './scope.ts';

interface ParetoOptions extends ScopeOptions {
  /** @defaultValue 'flops' */
  readonly axis?: CostAxis;
}

export interface Pareto {
  readonly axis: CostAxis;
  readonly scope: Scope;
  /** By rising cost, so by rising accuracy too. Cells whose cost is unknown take no part. */
  readonly front: readonly CellResult[];
}

export function pareto(store: SqliteStore, options: ParetoOptions = {}): Pareto {
  return guarded(store.file, () => {
    const axis = options.axis ?? 'flops';
    const cells = cellsOf(resolveScope(store, options));
    return { axis, scope: cells.scope, front: cells.front(axis).map((cell) => cellResult(cell, cells.noise)) };
  });
}

/** Every measured cell of a scope, by the scaling axes. */
export function measuredCells(store: SqliteStore, options: ScopeOptions = {}): readonly CellResult[] {
  return guarded(store.file, () => {
    const cells = cellsOf(resolveScope(store, options));
    return cells.all().map((cell) => cellResult(cell, cells.noise));
  });
}
