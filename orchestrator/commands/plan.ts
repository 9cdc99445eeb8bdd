import { EXIT } from '../../contract/index.ts';
import { PlanTally } from '../../grids/index.ts';
import { openPredictor, type PlaceOptions } from '../calibration/open-predictor.ts';
import type { Io } from '../cli/io.ts';
import type { StoreOptions } from '../cli/shared-options.ts';
import { checkPhotographs, specsOf } from '../launch/plan/check-photographs.ts';
import { withKnownTrials } from '../launch/plan/known-trials.ts';
import { LeftTally } from '../launch/plan/left-tally.ts';
import type { Overrides } from '../launch/plan/overrides.ts';
import { planSweep } from '../launch/plan/plan-sweep.ts';
import { readGrid } from '../launch/plan/read-grid.ts';
import type { TrainerOptions } from '../launch/trainers.ts';
import { printPlanJson } from './plan-json.ts';
import { planPlaceOf } from './plan-place.ts';
import { printPlanTable } from './plan-table.ts';

export interface PlanCommandOptions extends StoreOptions, Overrides, TrainerOptions, PlaceOptions {
  /** Sustained FLOP/s of one device. */
  readonly deviceFlops?: number;
  /** Rows of the table. @defaultValue 16 */
  readonly rows?: number;
}

/** `scalesweep plan`: computes, asks the store what is trained already, prints, writes nothing. */
export async function plan(gridFile: string, options: PlanCommandOptions, io: Io): Promise<number> {
  const planned = planSweep(await readGrid(gridFile, io.err), options);
  const { grid, items } = planned;
  for (const note of grid.notes) io.err(note);
  await checkPhotographs(specsOf(items), io.err);
  const { deviceFlops } = options;
  const predictor = openPredictor(options);
  const place = planPlaceOf(options);
  const tally = new PlanTally({ secondsOf: predictor.seconds, ...(deviceFlops === undefined ? {} : { deviceFlops }) });
  await withKnownTrials(
    options.db,
    (known) => {
      const left = new LeftTally({ known, predictor, deviceFlops, workers: place.workers });
      const view = { planned, place, tally, left };
      if (options.json === true) printPlanJson(view, io);
      else printPlanTable(view, options.rows ?? 16, io);
    },
    io.err,
  );
  return EXIT.done;
}
