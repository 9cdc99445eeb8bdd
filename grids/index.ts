/** Grids: the experiments, and the code that reads and expands them into plans. */
export { loadGrid, parseGrid } from './read/parse.ts';
export { builtInCost, costKey, type CostOrReason } from './plan/cost-memo.ts';
export {
  distinctNetworks,
  DUPLICATE_RULE,
  planGrid,
  type Exclusion,
  type PlanItem,
  type PlannedTrial,
  type PlanOptions,
} from './plan/plan.ts';
export { PlanTally, planTotals, type PlanTotals, type SecondsOf, type TotalsOptions } from './plan/totals.ts';
export { GridError, type Problem } from './read/problems.ts';
export { DATASETS, type DatasetFacts } from './schema/datasets.ts';
export { MODEL_DEFAULTS } from './schema/defaults.ts';
export type { AxisValue, Cell } from './cell.ts';
export { budgetAxes, type Budget, type BudgetAxis, type Grid } from './grid.ts';
