import { parseGrid, type Grid, type PlannedTrial } from '../../grids/index.ts';
import type { AddedTrials, Store, SweepRecord } from '../../results/index.ts';
import { describeEnvironment } from '../../worker/index.ts';
import { predictSeconds } from '../sweep/predict.ts';
import { overridesFromArgv, overridesToArgv, planWith, sweepHash, type Overrides } from './overrides.ts';

/** Stores a grid's plan as a sweep; the same grid again is the same sweep. Leaves it active. */
export function storePlan(
  store: Store,
  grid: Grid,
  overrides: Overrides,
  now: number,
): { sweep: SweepRecord; added: AddedTrials } {
  const sweep = store.createSweep({
    name: grid.name,
    gridFile: grid.file,
    gridText: grid.text,
    gridHash: sweepHash(grid, overrides),
    question: grid.question,
    budgets: budgetsOf(grid),
    argv: overridesToArgv(overrides),
    environment: describeEnvironment(),
    createdAt: now,
  });
  if (sweep.state !== 'active') store.setSweepState(sweep.id, 'active');
  return { sweep, added: addTrials(store, sweep.id, grid, overrides) };
}

/** A run that died while it stored its plan left half of it: the rest is added from the grid that is kept with the sweep. */
export function completePlan(store: Store, sweep: SweepRecord): void {
  if (sweep.complete || sweep.source === 'imported') return;
  addTrials(store, sweep.id, parseGrid(sweep.gridText, sweep.gridFile), overridesFromArgv(sweep.argv));
}

function addTrials(store: Store, sweep: string, grid: Grid, overrides: Overrides): AddedTrials {
  return store.addTrials(sweep, trialsOf(grid, overrides), {
    predictedSeconds: ({ trial, cost }) => predictSeconds(trial.spec, cost),
  });
}

function* trialsOf(grid: Grid, overrides: Overrides): Generator<PlannedTrial> {
  for (const item of planWith(grid, overrides)) if (item.kind === 'trial') yield item;
}

function budgetsOf(grid: Grid): Record<string, number[]> {
  const budgets: Record<string, number[]> = {};
  for (const { axis, limit } of grid.budgets) (budgets[axis] ??= []).push(limit);
  return budgets;
}
