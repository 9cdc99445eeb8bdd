import type { Store } from '../../results/index.ts';
import type { Io } from '../cli/io.ts';

/**
 * Gets what the sweep trains on before workers start: once, with its progress shown, and a dataset that cannot be had is one clear error
 * instead of one per worker.
 *
 * @throws {ScalesweepError} DATASET_UNAVAILABLE or DATASET_CORRUPT
 */
export async function prepareDatasets(store: Store, sweep: string, io: Io): Promise<void> {
  // All trials of a grid share its dataset, so the first says which.
  const [first] = store.nextTrials(sweep, 1, Number.MAX_SAFE_INTEGER);
  if (first === undefined || first.trial.spec.engine.name === 'noop') return;
  // A trainer brings its own images, unless it asks for ours.
  const { trainer } = first.trial.spec.engine;
  if (trainer !== undefined && !trainer.arguments.some((argument) => argument.includes('{data}'))) return;
  const { fetchDataset } = await import('../../worker/data/index.ts');
  await fetchDataset(first.trial.spec.data.name, { log: io.err });
}
