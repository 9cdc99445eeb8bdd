import { EXIT, ScalesweepError } from '../../../contract/index.ts';
import type { SweepRecord } from '../../../results/index.ts';
import type { Io } from '../../cli/io.ts';
import { DEFAULT_DB } from '../../cli/shared-options.ts';
import { countOf } from '../../progress/words.ts';
import type { SweepOutcome } from '../../sweep/run-sweep.ts';

/** Options that have to be given again to resume. */
export interface ResumeLine {
  readonly db: string;
  readonly devices?: readonly string[];
}

interface End extends ResumeLine {
  /** Workers were ended before they had saved their state. */
  readonly hurried: boolean;
}

/**
 * Says how a sweep ended that did not finish, with the command that resumes it, and returns the exit code.
 *
 * @throws {ScalesweepError} DEVICE_UNAVAILABLE or DATASET_UNAVAILABLE when it was halted: the fix is the user's.
 */
export function explainUnfinished(
  outcome: Exclude<SweepOutcome, { kind: 'finished' }>,
  sweep: SweepRecord,
  { db, devices, hurried }: End,
  io: Io,
): number {
  const where = devices === undefined ? '' : ` --devices ${devices.join(',')}`;
  const resume = `scalesweep resume ${sweep.id}${where}${db === DEFAULT_DB ? '' : ` --db ${quoted(db)}`}`;
  const { planned, done } = outcome.counts;
  switch (outcome.kind) {
    case 'halted': {
      const code = outcome.failure.kind === 'data' ? 'DATASET_UNAVAILABLE' : 'DEVICE_UNAVAILABLE';
      throw new ScalesweepError(code, outcome.failure.message, {
        hint: `Nothing finished is lost. Fix it, then: ${resume}`,
      });
    }
    case 'cancelled':
      io.err(`Cancelled: ${countOf(done, 'trial')} done, ${planned + outcome.counts.cancelled} left undone.`);
      return EXIT.interrupted;
    case 'paused':
    case 'interrupted':
      io.err(
        `${outcome.kind === 'paused' ? 'Paused' : 'Interrupted'}, ${hurried ? 'at once: trials in hand continue from their last checkpoint' : 'state saved'}: ${done} done, ${planned} left. To continue:`,
      );
      io.err(`  ${resume}`);
      return EXIT.interrupted;
  }
}

/** As a shell reads it. */
function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
