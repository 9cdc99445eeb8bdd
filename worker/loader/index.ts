/** Batches on their way from a dataset to the training loop. */
export type { BatchRequest } from './batch-plan.ts';
export { feedsAhead } from './choose.ts';
export { directFeeder } from './direct-feed.ts';
export type { Feed, Feeder } from './feed.ts';
export { ThreadedFeeder } from './threaded-feeder.ts';
