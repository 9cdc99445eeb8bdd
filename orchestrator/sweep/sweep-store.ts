import type { Store } from '../../results/index.ts';

/** What the sweep loop needs of the store. */
export type SweepStore = Pick<
  Store,
  | 'batch'
  | 'sweep'
  | 'nextTrials'
  | 'nextRetryAt'
  | 'claim'
  | 'recordStarted'
  | 'recordEpochs'
  | 'recordCheckpoint'
  | 'finish'
  | 'fail'
  | 'shrink'
  | 'release'
  | 'counts'
>;
