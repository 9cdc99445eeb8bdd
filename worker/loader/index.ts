/** Batches on their way from a dataset to the training loop. */
export type { BatchRequest } from './batch-plan.ts';
export { prefetches } from './choose.ts';
export { directLoader } from './direct-loader.ts';
export type { BatchStream, DataLoader } from './data-loader.ts';
export { PrefetchingLoader } from './prefetching-loader.ts';
