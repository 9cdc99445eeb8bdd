import { isScalesweepError, ScalesweepError, type TrialResult } from '../../../contract/index.ts';
import { Attempt, type AttemptOptions } from './attempt.ts';
import { exitError, interrupted, silent, toldError } from './end.ts';
import { startTrainer } from './trainer-process.ts';

/** Runs a trainer until it exits, and forwards its events. @throws {ScalesweepError} by how it ended. */
export async function followTrainer(options: AttemptOptions): Promise<TrialResult> {
  const { context, argv, folder, task, log, program } = options;
  if (context.signal.aborted) throw interrupted('before it began', options.state?.step ?? 0);
  const trainer = await startTrainer({ argv, task, threads: context.threads, folder, log });
  const attempt = new Attempt(options, trainer);
  const stop = (): void => attempt.askToStop();
  context.signal.addEventListener('abort', stop, { once: true });
  const watching = setInterval(() => attempt.beat(), 1000);
  try {
    await attempt.listen();
    const exit = await trainer.ended;
    const told = attempt.told;
    if (told?.type === 'done') return attempt.resultOf(told);
    if (told !== undefined) throw toldError(told);
    if (attempt.problem !== undefined) throw attempt.problem;
    if (context.signal.aborted) throw interrupted(attempt.isKilled ? 'and killed' : 'by request', attempt.savedStep);
    if (attempt.isSilent) throw silent(program.silenceSeconds, log.file);
    throw exitError(exit, log.file, attempt.heard);
  } catch (error) {
    throw withTail(error, log.tail());
  } finally {
    clearInterval(watching);
    context.signal.removeEventListener('abort', stop);
    attempt.dismiss();
    trainer.kill();
    await trainer.ended;
  }
}

/** Lines and characters of a log that travel with a failure: the whole may lie on another machine. */
const TAIL_LINES = 15;
const TAIL_CHARACTERS = 2000;

function withTail(error: unknown, log: string): unknown {
  const logTail = log.trimEnd().split('\n').slice(-TAIL_LINES).join('\n').slice(-TAIL_CHARACTERS);
  if (!isScalesweepError(error) || error.code === 'INTERRUPTED' || logTail === '') return error;
  const { code, message, hint, exitCode } = error;
  return new ScalesweepError(code, message, {
    ...(hint === undefined ? {} : { hint }),
    exitCode,
    logTail,
    cause: error,
  });
}
