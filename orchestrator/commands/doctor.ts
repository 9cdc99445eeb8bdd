import { EXIT } from '../../contract/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import type { StoreOptions } from '../cli/shared-options.ts';
import { formatTable, type Column } from '../cli/table.ts';
import { examine, type Finding } from '../doctor/examine.ts';

export interface DoctorOptions extends StoreOptions {
  /** Measure this machine anew, for predictions. */
  readonly calibrate?: boolean;
}

/** `scalesweep doctor`: what this machine has, and the mend for what is missing. Exit 0 whatever is missing: it is an answer. */
export async function doctor(options: DoctorOptions, io: Io): Promise<number> {
  if (options.calibrate === true) {
    const { calibrate } = await import('../calibration/open-predictor.ts');
    await calibrate({}, ['blocked', 'plain'], io);
  }
  const findings = await examine(options.db, io.env);
  if (options.json === true) printJson(io, { checks: findings });
  else {
    io.out(formatTable(findings, COLUMNS));
    for (const { what, mend } of findings) if (mend !== undefined) io.out(`\n${what}: ${mend}`);
  }
  return EXIT.done;
}

const COLUMNS: readonly Column<Finding>[] = [
  { head: 'what', value: ({ what }) => what, align: 'left' },
  { head: 'state', value: ({ state }) => state, align: 'left' },
  { head: 'found', value: ({ found }) => found, align: 'left' },
];
