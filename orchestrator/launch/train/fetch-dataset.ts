import type { SweepFacts } from '../../../results/index.ts';
import type { Io } from '../../cli/io.ts';
import { readsDatasets } from '../plan/check-photographs.ts';

/**
 * Gets what a sweep trains on before workers start: once, with its progress shown, and a dataset that is missing is one clear
 * error instead of one per worker.
 *
 * @throws {ScalesweepError} DATASET_UNAVAILABLE or DATASET_CORRUPT
 */
export async function fetchSweepData({ engine, dataset }: SweepFacts, io: Io): Promise<void> {
  if (!readsDatasets(engine)) return;
  const { fetchDataset } = await import('../../../worker/data/index.ts');
  await fetchDataset(dataset, { log: io.err, isBrief: true });
}
