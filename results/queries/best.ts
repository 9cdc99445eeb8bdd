/** The best cell under a budget, chosen on minival, with its interval and the cells within noise of it. */
import type { Budget, CostAxis } from '../../contract/index.ts';
import { guarded } from '../store/sqlite-errors.ts';
import { costAxesOf } from '../store/sql.ts';
import type { SqliteStore } from '../store/sqlite-store.ts';
import { cellResult, type CellResult } from './cell-result.ts';
import type { Scope } from './cells.ts';
import { isWithinNoise, widestMargin, type Noise } from './noise.ts';
import { cellsOf, resolveScope, type ScopeOptions } from './scope.ts';

/** How many cells within noise are looked at; a million cells may hold many thousand. */
const WITHIN_NOISE_LIMIT = 1000;

interface BestOptions extends ScopeOptions {
  readonly budget?: Budget;
  /** How many cells within noise to list. @defaultValue 20 */
  readonly list?: number;
}

export interface Best {
  readonly budget: Budget;
  readonly scope: Scope;
  /** Pooled seed noise behind the intervals; `null` when no cell has two seeds. */
  readonly noise: Noise | null;
  /** `null` when no measured cell is under the budget. */
  readonly best: CellResult | null;
  /** Not separable from the best at 95 %, the most accurate first, the best itself left out. */
  readonly withinNoise: readonly CellResult[];
  /** How many there are (at most 1000 are counted). */
  readonly withinNoiseTotal: number;
  /** The cheapest of the best and those within its noise, on the budget's first axis (FLOPs without a budget). */
  readonly cheapestWithinNoise: CellResult | null;
}

export function best(store: SqliteStore, options: BestOptions = {}): Best {
  return guarded(store.file, () => {
    const cells = cellsOf(resolveScope(store, options));
    const budget = options.budget ?? {};
    const axis: CostAxis = costAxesOf(store.connection.facts).find((name) => budget[name] !== undefined) ?? 'flops';
    const selection = { budget, axis };
    const found = cells.mostAccurate(selection);
    const answer = { budget, scope: cells.scope, noise: cells.noise };
    if (found === undefined) {
      return { ...answer, best: null, withinNoise: [], withinNoiseTotal: 0, cheapestWithinNoise: null };
    }
    const floor = found.minivalTop1 - widestMargin(found, cells.noise, cells.largestReadingError);
    const near = cells
      .atLeast(selection, floor, WITHIN_NOISE_LIMIT)
      .filter((cell) => cell.n !== found.n && isWithinNoise(found, cell, cells.noise));
    const cheapest = near.reduce((a, b) => ((b[axis] ?? Infinity) < (a[axis] ?? Infinity) ? b : a), found);
    return {
      ...answer,
      best: cellResult(found, cells.noise),
      withinNoise: near.slice(0, options.list ?? 20).map((cell) => cellResult(cell, cells.noise)),
      withinNoiseTotal: near.length,
      cheapestWithinNoise: cellResult(cheapest, cells.noise),
    };
  });
}
