/** Grids: the experiments, and the code that reads and expands them into plans. */
export { loadGrid, parseGrid } from './read/parse.ts';
export { unstatedDataset } from './read/own-data.ts';
export { readGridFile } from './read/read-file.ts';
export { builtInCost, costKey, type CostOrReason } from './plan/cost-memo.ts';
export { distinctNetworks, DUPLICATE_RULE, planGrid, type PlanItem, type PlannedTrial } from './plan/plan.ts';
export { PlanTally, planTotals, type PlanTotals } from './plan/totals.ts';
export { GridError } from './read/problems.ts';
export { DATASETS } from './schema/datasets.ts';
export { gridKeys, type GridKey } from './schema/reference.ts';
export { starterGrid, type StarterData } from './starter/starter-grid.ts';
export type { AxisValue, Cell } from './cell.ts';
export type { Grid } from './grid.ts';
