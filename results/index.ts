/** The store, queries, imports and exports. */
export { exportFormats, exportRows, type ExportFormat } from './export/export-results.ts';
export type { CellResult } from './queries/cell-result.ts';
export { best, type Best, type BestOptions } from './queries/best.ts';
export {
  curveFlags,
  isoflop,
  type CurveFlag,
  type Isoflop,
  type IsoflopOptions,
  type SliceCurve,
} from './queries/isoflop.ts';
export { measuredCells, pareto, type Pareto, type ParetoOptions } from './queries/pareto.ts';
export { epochCurves, resultRows } from './queries/rows.ts';
export type { Scope } from './queries/cells.ts';
export type { ScopeOptions } from './queries/scope.ts';
export type { ImportedResult, ResultRow } from './result-row.ts';
export {
  sweepStates,
  type AddedTrials,
  type AddTrialsOptions,
  type Attempt,
  type Claim,
  type Counts,
  type Failure,
  type FailureGroup,
  type OpenStoreOptions,
  type RunningAttempt,
  type Started,
  type Store,
  type StoreMode,
  type SweepFacts,
  type SweepInput,
  type SweepRecord,
  type SweepState,
  type SweepStatus,
  type TrialDetail,
  type TrialToStore,
  type WaitingTrial,
  type Written,
} from './store.ts';
export { openStore, type SqliteStore } from './store/sqlite-store.ts';
export { importResults, readResults, type Imported, type ImportOptions } from './import/index.ts';
export { axisText } from './export/fields.ts';
export type { Noise } from './queries/noise.ts';
export { trialFacts, type TrialFacts } from './queries/trial-facts.ts';
export { makeFolder } from './store/make-folder.ts';
export { storeError } from './store/sqlite-errors.ts';
