import os from 'node:os';
import { ENGINE_NUMERICS, ScalesweepError, type Trial } from '../../contract/index.ts';

/**
 * Results of another version of an engine are other results, under an id that promises these.
 *
 * @throws {ScalesweepError} DEVICE_UNAVAILABLE where the engine of this program has another numerics version than the trial was planned for:
 * the trial is handed back, and a worker of its version may take it.
 */
export function requireNumerics({ id, spec }: Trial): void {
  const { name, numerics } = spec.engine;
  const ours = ENGINE_NUMERICS[name];
  if (ours === numerics) return;
  throw new ScalesweepError(
    'DEVICE_UNAVAILABLE',
    `Expected numerics version ${numerics} of the engine ${name}, for which trial ${id} was planned, got version ${ours} on ${os.hostname()}`,
    {
      hint:
        ours < numerics
          ? 'Update scalesweep on this machine to the version that planned the trial.'
          : `This scalesweep is newer than the plan. scalesweep run GRID plans the trials for version ${ours} and keeps the results there are; or let the older scalesweep finish the sweep.`,
    },
  );
}
