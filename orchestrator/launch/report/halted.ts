import { EXIT, ScalesweepError } from '../../../contract/index.ts';
import type { SweepRecord } from '../../../results/index.ts';
import type { Io } from '../../cli/io.ts';
import { countOf } from '../../progress/words.ts';
import type { SweepOutcome } from '../../sweep/run-sweep.ts';
import { allowOptions, resumeCommand, retryCommand, shellWord, type GivenOptions } from '../command-line.ts';

type Halted = Extract<SweepOutcome, { kind: 'halted' }>;

/**
 * Says why a sweep was halted, and how it continues once that is fixed. Returns the exit code.
 *
 * @throws {ScalesweepError} DEVICE_UNAVAILABLE or DATASET_UNAVAILABLE where this machine lacks something.
 */
export function explainHalt(outcome: Halted, sweep: SweepRecord, given: GivenOptions, io: Io): number {
  const { failure, alike } = outcome;
  const resume = resumeCommand(sweep, given);
  if (alike !== undefined) return explainAlike({ ...outcome, alike }, sweep, given, io);
  const code = failure.kind === 'data' ? 'DATASET_UNAVAILABLE' : 'DEVICE_UNAVAILABLE';
  throw new ScalesweepError(code, failure.message, { hint: `Nothing finished is lost. Fix it, then: ${resume}` });
}

function explainAlike(
  { failure, alike, logTail, counts }: Halted & { readonly alike: number },
  sweep: SweepRecord,
  given: GivenOptions,
  io: Io,
): number {
  io.err(`Halted: ${countOf(alike, 'trial')} failed alike, and none is done.`);
  io.err(`${failure.kind}: ${failure.message}`);
  if (logTail !== undefined) {
    io.err('The end of its log:');
    for (const line of logTail.split('\n')) io.err(`  | ${line}`);
  }
  const trainer = sweep.facts?.engine.trainer;
  io.err(
    trainer === undefined
      ? 'Fix what it names, then:'
      : 'Trying again gives the same until the trainer is changed. Then:',
  );
  if (trainer !== undefined)
    io.err(
      `  ${['scalesweep trainer check', shellWord(sweep.gridFile), ...allowOptions(given.allowCommand)].join(' ')}`,
    );
  if (counts.failed > 0) io.err(`  ${retryCommand(sweep, given)}`);
  io.err(`  ${resumeCommand(sweep, given)}`);
  io.err('To train on in spite of it: the same with --keep-going.');
  return EXIT.failedTrials;
}
