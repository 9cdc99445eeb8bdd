import { openPredictor } from '../calibration/open-predictor.ts';
import type { Io } from '../cli/io.ts';
import { checkPhotographs, specsOf } from '../launch/plan/check-photographs.ts';
import type { Overrides } from '../launch/plan/overrides.ts';
import { planSweep } from '../launch/plan/plan-sweep.ts';
import { readGrid } from '../launch/plan/read-grid.ts';
import { storePlan } from '../launch/plan/store-plan.ts';
import { ownStore } from '../launch/store-access.ts';
import { measureFirst } from '../launch/train/measure-first.ts';
import { trainSweep, type TrainSweepOptions } from '../launch/train/train-sweep.ts';
import { requireTrainer } from '../launch/trainers.ts';
import { plan } from './plan.ts';

export interface RunOptions extends TrainSweepOptions, Overrides {
  readonly dryRun?: boolean;
}

/** `scalesweep run`: grid, plan, store, train, report. */
export async function run(gridFile: string, options: RunOptions, io: Io): Promise<number> {
  if (options.dryRun === true) return plan(gridFile, options, io);
  const planned = planSweep(await readGrid(gridFile, io.err), options);
  for (const note of planned.grid.notes) io.err(note);
  // Refused here, before anything is written.
  if (options.redis === undefined) {
    requireTrainer(planned.trainer, options);
    await checkPhotographs(specsOf(planned.items));
  }
  const predictor = openPredictor(options);
  return ownStore(options, (store) => {
    const sweep = storePlan(store, planned, Date.now(), predictor);
    return trainSweep(store, sweep, options, () => measureFirst(store, sweep, predictor, options, io), io);
  });
}
