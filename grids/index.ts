/** Grids: the experiments, and the code that reads and expands them into plans. */
export { loadGrid, parseGrid } from './read/parse.ts';
export { builtInCost, costKey, type CostOrReason } from './plan/cost-memo.ts';
export { distinctNetworks, DUPLICATE_RULE, planGrid } from './plan/plan.ts';
export { PlanTally, planTotals } from './plan/totals.ts';
export { GridError, type Problem } from './read/problems.ts';
export { DATASETS, type DatasetFacts } from './schema/datasets.ts';
export { MODEL_DEFAULTS } from './schema/defaults.ts';
export {
  budgetAxes,
  type AxisValue,
  type Budget,
  type BudgetAxis,
  type Cell,
  type Exclusion,
  type Grid,
  type PlannedTrial,
  type PlanItem,
  type PlanOptions,
  type PlanTotals,
  type SecondsOf,
  type TotalsOptions,
} from './types.ts';
