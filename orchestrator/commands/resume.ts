import { openStore } from '../../results/index.ts';
import type { Io } from '../cli/io.ts';
import type { StoreOptions } from '../cli/shared-options.ts';
import { checkpointFolder, tidyCheckpoints } from '../launch/checkpoint-folder.ts';
import { finish } from '../launch/finish.ts';
import { isAtWorkElsewhere } from '../launch/open-dispatcher.ts';
import { prepareDatasets } from '../launch/prepare-datasets.ts';
import { requireStore } from '../launch/require-store.ts';
import { requireTrainer, type TrainerOptions } from '../launch/trainers.ts';
import { countOf } from '../progress/words.ts';

export interface ResumeOptions extends StoreOptions, TrainerOptions {
  readonly devices?: readonly string[];
  readonly workers?: number;
  readonly threads?: number;
  readonly redis?: string;
  readonly lease?: number;
  readonly ahead?: number;
  readonly out?: string;
}

/** `scalesweep resume`: goes on with a sweep from what the store knows of it; the grid file is not needed. */
export async function resume(prefix: string | undefined, options: ResumeOptions, io: Io): Promise<number> {
  requireStore(options.db);
  const store = openStore(options.db, { mode: 'run' });
  try {
    store.releaseOrphans(Date.now(), isAtWorkElsewhere(options));
    const sweep = store.sweep(prefix);
    if (sweep.state !== 'active') store.setSweepState(sweep.id, 'active');
    // Imported only here: reading grids is a third of what a resume with nothing to do would cost.
    if (!sweep.complete) (await import('../launch/store-plan.ts')).completePlan(store, sweep, options);
    const [next] = store.nextTrials(sweep.id, 1, Number.MAX_SAFE_INTEGER);
    if (options.redis === undefined) requireTrainer(next?.trial.spec.engine.trainer, options);
    await tidyCheckpoints(checkpointFolder(options.db), store);
    const { done, failed, planned, queued, running } = store.counts(sweep.id);
    const atWork = queued + running;
    io.err(
      `${sweep.name} (${sweep.id}): ${countOf(done + failed + planned + atWork, 'trial')}, ${done} done before, ${planned + atWork} to train`,
    );
    if (options.redis === undefined) await prepareDatasets(store, sweep.id, io);
    if (planned === 0) return await finish(store, sweep, options, io);
    const { openPredictor } = await import('../calibration/open-predictor.ts');
    return await finish(store, sweep, { ...options, predictor: openPredictor(options) }, io);
  } finally {
    store.close();
  }
}
