/** Sweeps from a program: plan and store a grid, run it on a dispatcher, watch it. The command line is built of the same. */
export type { Assignment, DispatchHandlers, Dispatcher, Slot } from './dispatch/dispatcher.ts';
export { makeLocalDispatcher, type LocalOptions } from './dispatch/local.ts';
export { planWith, type Overrides } from './launch/overrides.ts';
export { completePlan, storePlan } from './launch/store-plan.ts';
export type { SweepNews, SweepWatcher } from './sweep/news.ts';
export { predictSeconds } from './sweep/predict.ts';
export { RETRY_LIMITS, type RetryLimits } from './sweep/retry-policy.ts';
export { runSweep, type RunSweepOptions, type SweepOutcome } from './sweep/run-sweep.ts';
export type { SweepStore } from './sweep/sweep-store.ts';
