/** The best cell under a budget, chosen on minival, with its interval and the cells within noise of it. */
import type { Budget, CostAxis } from '../../contract/index.ts';
import { guarded } from '../store/sqlite-errors.ts';
import { costAxesOf } from '../store/sql.ts';
import type { SqliteStore } from '../store/sqlite-store.ts';
import { cellResult, type CellResult } from './cell-result.ts';
import { judgeChoice, type Corrected } from './choice.ts';
import type { Scope } from './cells.ts';
import type { Noise } from './noise.ts';
import { cellsOf, resolveScope, type ScopeOptions } from './scope.ts';
import { widestMargin } from './within-noise.ts';

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
  /** Seed noise at the best cell's schedule and resolution; `null` where no cell has two seeds. */
  readonly noise: Noise | null;
  /** `null` when no measured cell is under the budget. */
  readonly best: CellResult | null;
  /** What fresh seeds of the best would give: its mean is flattered by its being the highest. `null` as `noise` is. */
  readonly corrected: Corrected | null;
  /** Those that may truly be the best at 95 %, the most accurate first, the best itself left out. */
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
    const answer = { budget, scope: cells.scope };
    if (found === undefined) {
      const nothing = { noise: null, best: null, corrected: null, withinNoise: [], withinNoiseTotal: 0 };
      return { ...answer, ...nothing, cheapestWithinNoise: null };
    }
    const floor = found.minivalTop1 - widestMargin(found, cells.noise, WITHIN_NOISE_LIMIT);
    const rivals = cells.atLeast(selection, floor, WITHIN_NOISE_LIMIT).filter((cell) => cell.n !== found.n);
    const { near, corrected } = judgeChoice(found, rivals, cells.noise);
    const cheapest = near.reduce((a, b) => ((b[axis] ?? Infinity) < (a[axis] ?? Infinity) ? b : a), found);
    return {
      ...answer,
      noise: cells.noise.noiseOf(found),
      best: cellResult(found, cells.noise),
      corrected,
      withinNoise: near.slice(0, options.list ?? 20).map((cell) => cellResult(cell, cells.noise)),
      withinNoiseTotal: near.length,
      cheapestWithinNoise: cellResult(cheapest, cells.noise),
    };
  });
}
