import { formatSeconds } from '../../../contract/index.ts';
import type { Store, SweepRecord } from '../../../results/index.ts';
import type { PlaceOptions } from '../../calibration/open-predictor.ts';
import { workerSlots } from '../../dispatch/worker-slots.ts';
import { countOf } from '../../progress/words.ts';
import type { Predictor } from '../../sweep/predictor.ts';
import { WallClock } from '../plan/wall-clock.ts';

/** Beyond these, reading all that waits would hold up a start; `plan` has the time of such a sweep. */
const MOST_READ = 10_000;

/**
 * How long what waits is going to take, for the line before its first trial; `undefined` where the like of it was not measured on this
 * machine, or other machines train.
 */
export function expectedTime(
  store: Pick<Store, 'nextTrials'>,
  { id }: Pick<SweepRecord, 'id'>,
  predictor: Pick<Predictor, 'isMeasured' | 'knows' | 'seconds'>,
  { devices = ['cpu'], workers, threads, redis }: PlaceOptions,
): string | undefined {
  if (!predictor.isMeasured || redis !== undefined) return undefined;
  const waiting = store.nextTrials(id, MOST_READ + 1, Number.MAX_SAFE_INTEGER);
  if (waiting.length > MOST_READ || !waiting.every(({ trial }) => predictor.knows(trial.spec))) return undefined;
  const clock = new WallClock();
  for (const { trial, cost } of waiting) clock.add(predictor.seconds(trial.spec, cost));
  const slots = workerSlots(devices, workers, threads).length;
  const trials = countOf(waiting.length, 'trial');
  return `about ${formatSeconds(clock.with(slots))} for ${trials} with ${countOf(slots, 'worker')}, at the pace measured on this machine`;
}
