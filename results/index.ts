/** The store, queries, imports and exports. */
export { exportEpochs } from './export/export-epochs.ts';
export { exportRows, type ExportFormat } from './export/export-results.ts';
export type { CellResult } from './queries/cell-result.ts';
export { best, type Best } from './queries/best.ts';
export type { Corrected } from './queries/choice.ts';
export { isoflop, type SliceCurve } from './queries/isoflop.ts';
export { minivalImages } from './queries/minival-images.ts';
export { trialCurves, type TrialCurve } from './queries/trial-curves.ts';
export { varyingAxes, type VaryingAxes } from './queries/varying.ts';
export { hasResults, whatIsMissing } from './queries/missing.ts';
export { measuredCells, pareto } from './queries/pareto.ts';
export { epochCurves, resultRows } from './queries/rows.ts';
export type { ScopeOptions } from './queries/scope.ts';
export type { ImportedResult, ResultRow } from './result-row.ts';
export {
  type Attempt,
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
  type SweepStatus,
  type TrialDetail,
  type TrialToStore,
  type WaitingTrial,
} from './store.ts';
export type { StoreOwner } from './store/owner-record.ts';
export { openStore, type SqliteStore } from './store/sqlite-store.ts';
export { importResults, readResults } from './import/index.ts';
export { nextSeed } from './queries/next-seed.ts';
export { axisText } from './export/fields.ts';
export type { Noise } from './queries/noise.ts';
export { otherCosts } from './queries/other-costs.ts';
export { trainerPrograms, type TrainerProgram } from './queries/trainer-programs.ts';
export { storedTrials, type StoredTrial } from './queries/stored-trials.ts';
export { trialFacts, type TrialFacts } from './queries/trial-facts.ts';
export { networkFileSystem, probeSqlite } from './store/file-system.ts';
export { makeFolder } from './store/make-folder.ts';
