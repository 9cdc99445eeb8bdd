/** The store, queries, exports and reports. */
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
  type SweepInput,
  type SweepRecord,
  type SweepState,
  type SweepStatus,
  type TrialDetail,
  type TrialToStore,
  type WaitingTrial,
  type Written,
} from './store.ts';
export { openStore } from './store/sqlite-store.ts';
