import type { Dataset } from '../data/index.ts';
import type { BatchArrays, BatchPlan, BatchRequest } from './batch-plan.ts';

export interface FilledBatch extends BatchArrays {
  /** Images in it. */
  readonly filled: number;
}

/** The batches of one training, in the order in which they were requested. */
export interface BatchStream {
  /**
   * The next batch. Its arrays are the stream's: valid until the next call.
   *
   * @throws what filling it threw, at the batch that could not be filled and not before
   */
  next(): Promise<FilledBatch>;
  /** No further batch is requested. */
  close(): void;
}

/** Opens streams of batches, one at a time. */
export interface DataLoader {
  /** @param requests drawn as they are needed; may be more than will be asked for */
  open(dataset: Dataset, plan: BatchPlan, requests: Iterable<BatchRequest>): BatchStream;
  close(): Promise<void>;
}
