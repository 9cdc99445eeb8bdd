import type { PlanTally } from '../../grids/index.ts';
import type { LeftTally } from '../launch/plan/left-tally.ts';
import type { SweepPlan } from '../launch/plan/plan-sweep.ts';
import type { PlanPlace } from './plan-place.ts';

/** A plan about to be printed; the tallies fill while it is walked. */
export interface PlanView {
  readonly planned: SweepPlan;
  readonly place: PlanPlace;
  readonly tally: PlanTally;
  readonly left: LeftTally;
}

/** What executes the trials, after the command line had its say. */
export function engineOf({ grid, overrides }: SweepPlan): string {
  return overrides.engine ?? grid.engine;
}
