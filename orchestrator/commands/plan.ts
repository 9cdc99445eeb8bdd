import { EXIT } from '../../contract/index.ts';
import { loadGrid, PlanTally } from '../../grids/index.ts';
import { openPredictor } from '../calibration/open-predictor.ts';
import type { Io } from '../cli/io.ts';
import type { JsonOption } from '../cli/shared-options.ts';
import { checkPhotographs, specsOf } from '../launch/plan/check-photographs.ts';
import type { Overrides } from '../launch/plan/overrides.ts';
import { planSweep } from '../launch/plan/plan-sweep.ts';
import type { TrainerOptions } from '../launch/trainers.ts';
import { printPlanJson } from './plan-json.ts';
import { printPlanTable } from './plan-table.ts';
import { usableCores } from '../../worker/index.ts';

export interface PlanCommandOptions extends JsonOption, Overrides, TrainerOptions {
  readonly threads?: number;
  readonly deviceFlops?: number;
  readonly workers?: number;
  /** Rows of the table. @defaultValue 16 */
  readonly rows?: number;
}

/** `scalesweep plan`: computes, prints, writes nothing. */
export async function plan(gridFile: string, options: PlanCommandOptions, io: Io): Promise<number> {
  const { grid, items } = planSweep(loadGrid(gridFile), options);
  for (const note of grid.notes) io.err(note);
  await checkPhotographs(specsOf(items), io.err);
  const { deviceFlops } = options;
  const predictor = openPredictor(options);
  const tally = new PlanTally({ secondsOf: predictor.seconds, ...(deviceFlops === undefined ? {} : { deviceFlops }) });
  if (options.json === true) printPlanJson(grid, items, tally, io);
  else
    printPlanTable(
      grid,
      items,
      tally,
      { workers: options.workers ?? usableCores(), rows: options.rows ?? 16, predictor },
      io,
    );
  return EXIT.done;
}
