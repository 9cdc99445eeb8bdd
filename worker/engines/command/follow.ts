import type { TrialResult } from '../../../contract/index.ts';
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
  } finally {
    clearInterval(watching);
    context.signal.removeEventListener('abort', stop);
    attempt.dismiss();
    trainer.kill();
    await trainer.ended;
  }
}
