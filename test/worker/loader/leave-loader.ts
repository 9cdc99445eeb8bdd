/** A process that takes one batch of a thread, says so, and has nothing more to do: it must end by itself. */
import type { BatchPlan } from '../../../worker/loader/batch-plan.ts';
import { PrefetchingLoader } from '../../../worker/loader/prefetching-loader.ts';
import { tinyDataset } from '../../fixtures/dataset.ts';
import { fullRecipe } from '../../fixtures/trial.ts';

const plan: BatchPlan = {
  recipe: fullRecipe,
  seed: 1,
  trainBatch: 8,
  evaluationBatch: 8,
  dropoutFeatures: 4,
  dropPathShares: [1],
};
const requests = [0, 1, 2, 3].map((batch) => ({ kind: 'train', epoch: 0, batch, step: batch }) as const);
const stream = new PrefetchingLoader().open(tinyDataset(), plan, requests);
console.log((await stream.next()).filled);
stream.close();
