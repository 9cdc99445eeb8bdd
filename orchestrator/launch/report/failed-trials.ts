import { EXIT, type FailureKind } from '../../../contract/index.ts';
import type { SqliteStore, SweepRecord } from '../../../results/index.ts';
import type { Io } from '../../cli/io.ts';
import { countOf } from '../../progress/words.ts';
import { resumeCommand, retryCommand, type GivenOptions } from '../command-line.ts';

/** Facts about a trial: the same program does the same again. */
const THE_SAME_AGAIN: ReadonlySet<FailureKind> = new Set(['config', 'diverged', 'out-of-memory']);

/** Names the failures of a sweep that ended, and says whether trying again can help. Returns the exit code. */
export function reportFailures(store: SqliteStore, sweep: SweepRecord, given: GivenOptions, io: Io): number {
  const failures = store.failures(sweep.id);
  if (failures.length === 0) return EXIT.done;
  for (const { kind, message, trials } of failures)
    io.err(`${countOf(trials, 'trial')} failed, ${kind}: ${message.split('\n', 1)[0]}`);
  const commands = `${retryCommand(sweep, given)}, then ${resumeCommand(sweep, given)}`;
  const isHopeless = failures.every(({ kind }) => THE_SAME_AGAIN.has(kind));
  const isOwn = sweep.facts?.engine.trainer !== undefined;
  if (!isHopeless) io.err(`To try them again: ${commands}`);
  else if (isOwn)
    io.err(`Trying again gives the same as long as the trainer is the same. Once it is changed: ${commands}`);
  else io.err(`Trying again gives the same here: change the grid. On another machine: ${commands}`);
  return EXIT.failedTrials;
}
