/** Grids: the experiments, and the code that reads and expands them into plans. */
export { loadGrid, parseGrid } from './parse.ts';
export { builtInCost, costKey, type CostOrReason } from './cost-memo.ts';
export { distinctNetworks, DUPLICATE_RULE, planGrid } from './plan.ts';
export { PlanTally, planTotals } from './totals.ts';
export { GridError, type Problem } from './problems.ts';
export { DATASETS, type DatasetFacts } from './datasets.ts';
export { MODEL_DEFAULTS } from './defaults.ts';
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
