import { batchArrays, fillBatch, type BatchArrays, type BatchRequest } from './batch-plan.ts';
import type { DataLoader } from './data-loader.ts';

/** Fills each batch when it is asked for, on the thread that asks. */
export const directLoader: DataLoader = {
  open(dataset, plan, requests) {
    const source = requests[Symbol.iterator]();
    const kept = new Map<BatchRequest['kind'], BatchArrays>();
    return {
      next: async () => {
        const { value: request, done } = source.next();
        if (done === true) throw new Error('Expected a batch to be left, got the end of the schedule');
        const arrays = kept.get(request.kind) ?? batchArrays(dataset, plan, request.kind);
        kept.set(request.kind, arrays);
        return { ...arrays, filled: fillBatch(dataset, plan, request, arrays) };
      },
      close: () => kept.clear(),
    };
  },
  close: () => Promise.resolve(),
};
