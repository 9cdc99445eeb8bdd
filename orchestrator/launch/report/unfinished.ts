import { EXIT } from '../../../contract/index.ts';
import type { SweepRecord } from '../../../results/index.ts';
import type { Io } from '../../cli/io.ts';
import { countOf } from '../../progress/words.ts';
import type { SweepOutcome } from '../../sweep/run-sweep.ts';
import { resumeCommand, type GivenOptions } from '../command-line.ts';
import { explainHalt } from './halted.ts';

interface End extends GivenOptions {
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
  given: End,
  io: Io,
): number {
  const { planned, done } = outcome.counts;
  switch (outcome.kind) {
    case 'halted':
      return explainHalt(outcome, sweep, given, io);
    case 'cancelled':
      io.err(`Cancelled: ${countOf(done, 'trial')} done, ${planned + outcome.counts.cancelled} left undone.`);
      return EXIT.interrupted;
    case 'paused':
    case 'interrupted':
      io.err(
        `${outcome.kind === 'paused' ? 'Paused' : 'Interrupted'}, ${given.hurried ? 'at once: trials in hand continue from their last checkpoint' : 'state saved'}: ${done} done, ${planned} left. To continue:`,
      );
      io.err(`  ${resumeCommand(sweep, given)}`);
      return EXIT.interrupted;
  }
}
