import { EXIT } from '../../contract/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import type { StoreOptions } from '../cli/shared-options.ts';
import { formatTable, type Column } from '../cli/table.ts';
import { examine, type Check } from '../doctor/examine.ts';

export interface DoctorOptions extends StoreOptions {
  /** Measure this machine again, for predictions. */
  readonly calibrate?: boolean;
}

/** `scalesweep doctor`: what this machine has, and how to fix what is missing, which is an answer too: exit code 0. */
export async function doctor(options: DoctorOptions, io: Io): Promise<number> {
  if (options.calibrate === true) {
    const { calibrate } = await import('../calibration/open-predictor.ts');
    await calibrate({}, ['blocked', 'plain'], io);
  }
  const checks = await examine(options.db, io.env);
  if (options.json === true) printJson(io, { checks });
  else {
    io.out(formatTable(checks, COLUMNS));
    for (const { what, mend } of checks) if (mend !== undefined) io.out(`\n${what}: ${mend}`);
  }
  return EXIT.done;
}

const COLUMNS: readonly Column<Check>[] = [
  { head: 'what', value: ({ what }) => what, align: 'left' },
  { head: 'state', value: ({ state }) => state, align: 'left' },
  { head: 'found', value: ({ found }) => found, align: 'left' },
];
