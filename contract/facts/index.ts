/** The tables of facts: scaling axes, costs, metrics. One row per number; the rest of the program reads the rows. */
import { COSTS, type CostFact, type CostName } from './costs.ts';
import { EPOCH_METRICS, METRICS, type EpochFact, type MetricFact, type MetricName } from './metrics.ts';
import { SCALING_AXES, type ScalingAxis, type ScalingFact } from './scaling-axes.ts';

export { budgetText, cappedOf, costAxes, costNouns, type Budget, type CappedFact, type CostAxis } from './budget.ts';
export { inOrder, titleOf, type Accepts, type Fact } from './fact.ts';
export { printed } from './print.ts';
export { scalingAxes } from './scaling-axes.ts';
export { COSTS, EPOCH_METRICS, METRICS, SCALING_AXES };
export type { CostFact, CostName, EpochFact, MetricFact, MetricName, ScalingAxis, ScalingFact };

/** What a store, an import or an export goes by. */
export interface Facts {
  readonly scaling: readonly ScalingFact[];
  readonly costs: readonly CostFact[];
  readonly metrics: readonly MetricFact[];
  readonly epochMetrics: readonly EpochFact[];
}

export const FACTS: Facts = { scaling: SCALING_AXES, costs: COSTS, metrics: METRICS, epochMetrics: EPOCH_METRICS };

const ROWS = Object.fromEntries([...SCALING_AXES, ...COSTS, ...METRICS].map((row) => [row.name, row]));

/** The row of a number, to print it by. */
export function factOf(name: ScalingAxis | CostName | MetricName): ScalingFact | CostFact | MetricFact {
  return ROWS[name]!;
}
