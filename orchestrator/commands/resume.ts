import type { Store, SweepRecord } from '../../results/index.ts';
import type { Io } from '../cli/io.ts';
import { ownStore, requireStore } from '../launch/store-access.ts';
import { trainSweep, type TrainSweepOptions } from '../launch/train/train-sweep.ts';
import type { TrainerOptions } from '../launch/trainers.ts';

/** `scalesweep resume`: continues a sweep from what the store knows of it; the grid file is not needed. */
export async function resume(prefix: string | undefined, options: TrainSweepOptions, io: Io): Promise<number> {
  requireStore(options.db);
  return ownStore(options, async (store) => {
    const sweep = await activeSweep(store, prefix, options);
    const openPredictor = async () => (await import('../calibration/open-predictor.ts')).openPredictor(options);
    return trainSweep(store, sweep, options, openPredictor, io);
  });
}

async function activeSweep(store: Store, prefix: string | undefined, options: TrainerOptions): Promise<SweepRecord> {
  const sweep = store.sweep(prefix);
  store.setSweepState(sweep.id, 'active');
  if (sweep.complete || sweep.source === 'imported') return sweep;
  // Imported only here: reading grids is a third of what a resume with nothing to do would cost.
  const { completePlan } = await import('../launch/plan/store-plan.ts');
  return completePlan(store, sweep, options);
}
