import { parseGrid, type PlannedTrial } from '../../../grids/index.ts';
import type { Store, SweepRecord, TrialToStore } from '../../../results/index.ts';
import { describeEnvironment } from '../../../worker/index.ts';
import { makeFlatPredictor, type Predictor } from '../../sweep/predictor.ts';
import type { TrainerOptions } from '../trainers.ts';
import { storedOverrides, sweepHash } from './overrides.ts';
import { planSweep, type SweepPlan } from './plan-sweep.ts';

/** Stores a plan as a sweep; the same plan again is the same sweep. Leaves it active. */
export function storePlan(
  store: Store,
  plan: SweepPlan,
  now: number,
  predictor: Predictor = makeFlatPredictor(),
): SweepRecord {
  const { grid, overrides } = plan;
  const { id } = store.createSweep({
    name: grid.name,
    gridFile: grid.file,
    gridText: grid.text,
    gridHash: sweepHash(grid, overrides),
    question: grid.question,
    budgets: budgetsOf(grid.budgets),
    overrides,
    environment: describeEnvironment(),
    createdAt: now,
  });
  store.setSweepState(id, 'active');
  addTrials(store, id, plan, predictor);
  return store.sweep(id);
}

/** A run that died while it stored its plan left half of it: the rest is added from the grid that is kept with the sweep. */
export function completePlan(store: Store, sweep: SweepRecord, trainers: TrainerOptions): SweepRecord {
  const grid = parseGrid(sweep.gridText, sweep.gridFile);
  addTrials(store, sweep.id, planSweep(grid, { ...trainers, ...storedOverrides(sweep) }), makeFlatPredictor());
  return store.sweep(sweep.id);
}

function addTrials(store: Store, sweep: string, plan: SweepPlan, predictor: Predictor): void {
  const predictedSeconds = ({ trial, cost }: TrialToStore): number => predictor.seconds(trial.spec, cost);
  store.addTrials(sweep, trialsOf(plan), {
    predictedSeconds,
    // Longest first. Unmeasured, that is the order of the train FLOPs, which the store knows.
    ...(predictor.isMeasured ? { priority: predictedSeconds } : {}),
  });
}

function* trialsOf({ items }: SweepPlan): Generator<PlannedTrial> {
  for (const item of items) if (item.kind === 'trial') yield item;
}

function budgetsOf(budgets: SweepPlan['grid']['budgets']): Record<string, number[]> {
  const limits: Record<string, number[]> = {};
  for (const [axis, limit] of budgets.flatMap(Object.entries<number>)) (limits[axis] ??= []).push(limit);
  return limits;
}
