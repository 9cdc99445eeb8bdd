import type { Store, SweepRecord } from '../../../results/index.ts';
import { ensureMeasured, type PlaceOptions } from '../../calibration/open-predictor.ts';
import type { Io } from '../../cli/io.ts';
import type { Predictor } from '../../sweep/predictor.ts';

/** Trials that are looked at to tell which layouts a sweep trains in. */
const LOOKED_AT = 256;

/**
 * The predictor that the plan was stored with, or one that has measured this machine now, where the waiting trials need it: then
 * their stored predictions, and with them their order, are updated.
 */
export async function measureFirst(
  store: Store,
  sweep: SweepRecord,
  known: Predictor,
  options: PlaceOptions,
  io: Io,
): Promise<Predictor> {
  const waiting = store.nextTrials(sweep.id, LOOKED_AT, Number.MAX_SAFE_INTEGER).map(({ trial }) => trial.spec);
  const predictor = await ensureMeasured(known, waiting, options, io);
  if (predictor !== known) store.predictAgain(sweep.id, predictor.seconds);
  return predictor;
}
