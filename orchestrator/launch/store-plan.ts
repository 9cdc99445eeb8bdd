import { parseGrid, type Grid, type PlannedTrial } from '../../grids/index.ts';
import type { AddedTrials, Store, SweepRecord, TrialToStore } from '../../results/index.ts';
import { describeEnvironment } from '../../worker/index.ts';
import { makeFlatPredictor, type Predictor } from '../sweep/predict.ts';
import { withTrainerCosts } from './trainer-costs.ts';
import type { TrainerOptions } from './trainers.ts';
import { overridesFromArgv, overridesToArgv, planWith, sweepHash, type Overrides } from './overrides.ts';

/** Stores a grid's plan as a sweep; the same grid again is the same sweep. Leaves it active. */
export function storePlan(
  store: Store,
  grid: Grid,
  overrides: Overrides,
  now: number,
  predictor: Predictor = makeFlatPredictor(),
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
  return { sweep, added: addTrials(store, sweep.id, grid, overrides, predictor) };
}

/** A run that died while it stored its plan left half of it: the rest is added from the grid that is kept with the sweep. */
export function completePlan(store: Store, sweep: SweepRecord, trainers: TrainerOptions = {}): void {
  if (sweep.complete || sweep.source === 'imported') return;
  const overrides = overridesFromArgv(sweep.argv);
  const grid = withTrainerCosts(parseGrid(sweep.gridText, sweep.gridFile), { ...trainers, ...overrides });
  addTrials(store, sweep.id, grid, overrides, makeFlatPredictor());
}

/** The plan of a sweep that is stored already, told anew by a better predictor. */
export function predictAgain(
  store: Store,
  sweep: string,
  grid: Grid,
  overrides: Overrides,
  predictor: Predictor,
): void {
  addTrials(store, sweep, grid, overrides, predictor);
}

function addTrials(store: Store, sweep: string, grid: Grid, overrides: Overrides, predictor: Predictor): AddedTrials {
  const predictedSeconds = ({ trial, cost }: TrialToStore): number => predictor.seconds(trial.spec, cost);
  return store.addTrials(sweep, trialsOf(grid, overrides), {
    predictedSeconds,
    // Longest first. Unmeasured, that is the order of the train FLOPs, which the store knows.
    ...(predictor.isMeasured ? { priority: predictedSeconds } : {}),
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
