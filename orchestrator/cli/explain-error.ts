import { CommanderError } from 'commander';
import { EXIT, isScalesweepError, systemError, withoutSecrets } from '../../contract/index.ts';
import type { Io } from './io.ts';

/**
 * Prints what went wrong and returns the exit code: a usage error gets its message and what to do about it, a bug its stack.
 */
export function explainError(error: unknown, io: Pick<Io, 'err'>): number {
  if (error instanceof CommanderError) return explainUsage(error, io);
  const known = isScalesweepError(error) ? error : systemError(error);
  if (known !== undefined) {
    io.err(`error: ${known.message}`);
    if (known.hint !== undefined) io.err(`hint: ${known.hint}`);
    return known.exitCode;
  }
  io.err(withoutSecrets(error instanceof Error ? (error.stack ?? error.message) : `Thrown: ${String(error)}`));
  io.err('This is a bug of scalesweep. The lines above say where.');
  return EXIT.bug;
}

/** Commander has printed its message already; `--help` and `--version` come this way too. */
function explainUsage(error: CommanderError, io: Pick<Io, 'err'>): number {
  if (error.exitCode === 0) return EXIT.done;
  if (error.code !== 'commander.help')
    io.err('hint: scalesweep --help lists the commands, scalesweep COMMAND --help its options.');
  return EXIT.userMistake;
}
