import { loadGrid } from '../../grids/index.ts';
import { openStore } from '../../results/index.ts';
import { ensureMeasured, openPredictor } from '../calibration/open-predictor.ts';
import type { Io } from '../cli/io.ts';
import type { StoreOptions } from '../cli/shared-options.ts';
import { checkpointFolder, tidyCheckpoints } from '../launch/checkpoint-folder.ts';
import { finish } from '../launch/finish.ts';
import { isAtWorkElsewhere } from '../launch/open-dispatcher.ts';
import { overridesOf, planWith, type Overrides } from '../launch/overrides.ts';
import { prepareDatasets } from '../launch/prepare-datasets.ts';
import { predictAgain, storePlan } from '../launch/store-plan.ts';
import { withTrainerCosts } from '../launch/trainer-costs.ts';
import { requireTrainer, type TrainerOptions } from '../launch/trainers.ts';
import { countOf } from '../progress/words.ts';
import { plan } from './plan.ts';

/** Trials that are looked at to tell which layouts a sweep trains in. */
const LOOKED_AT = 256;

export interface RunOptions extends StoreOptions, Overrides, TrainerOptions {
  readonly devices?: readonly string[];
  readonly workers?: number;
  readonly threads?: number;
  readonly redis?: string;
  readonly lease?: number;
  readonly ahead?: number;
  readonly dryRun?: boolean;
  /** Folder of the report. @defaultValue beside the store */
  readonly out?: string;
}

/** `scalesweep run`: plans, stores, trains what has no result yet, reports. */
export async function run(gridFile: string, options: RunOptions, io: Io): Promise<number> {
  if (options.dryRun === true) return plan(gridFile, options, io);
  const grid = withTrainerCosts(loadGrid(gridFile), options);
  const overrides = overridesOf(options);
  // A grid whose plan is empty or impossible is refused here, before anything is written.
  planWith(grid, overrides);
  if (options.redis === undefined && (overrides.engine ?? grid.engine) === 'command')
    requireTrainer(grid.trainer, options);
  const known = openPredictor(options);
  const store = openStore(options.db, { mode: 'run' });
  try {
    store.releaseOrphans(Date.now(), isAtWorkElsewhere(options));
    const { sweep, added } = storePlan(store, grid, overrides, Date.now(), known);
    await tidyCheckpoints(checkpointFolder(options.db), store);
    const left = added.total - added.done;
    io.err(`${grid.name} (${sweep.id}): ${countOf(added.total, 'trial')}, ${added.done} done before, ${left} to train`);
    if (left > 0 && options.redis === undefined) await prepareDatasets(store, sweep.id, io);
    const waiting = store.nextTrials(sweep.id, LOOKED_AT, Number.MAX_SAFE_INTEGER).map(({ trial }) => trial.spec);
    const predictor = await ensureMeasured(known, waiting, options, io);
    if (predictor !== known) predictAgain(store, sweep.id, grid, overrides, predictor);
    return await finish(store, sweep, { ...options, predictor }, io);
  } finally {
    store.close();
  }
}
