/** What a trainer's exit means for its trial. */
import { ScalesweepError, type ErrorCode } from '../../../contract/index.ts';
import { exitCause, lastLines, type Exit } from '../../child/exit-cause.ts';
import type { TrainerEvent, trainerFailures } from './protocol.ts';

const CODES: Readonly<Record<(typeof trainerFailures)[number], ErrorCode>> = {
  diverged: 'TRIAL_DIVERGED',
  'out-of-memory': 'OUT_OF_MEMORY',
  config: 'USAGE',
  data: 'DATASET_UNAVAILABLE',
  device: 'DEVICE_UNAVAILABLE',
  crash: 'TRAINER_FAILED',
};

/** It reported what went wrong. */
export function toldError({ kind, message }: Extract<TrainerEvent, { type: 'failed' }>): ScalesweepError {
  return new ScalesweepError(CODES[kind], message);
}

/** Messages of interpreters and libraries that run out of memory. */
const OUT_OF_MEMORY =
  /\bMemoryError\b|\bout of memory\b|allocate memory|bad.?alloc|array buffer allocation failed|invalid typed array length: \d{9,}/i;

/** A shell's message for a child that was killed by SIGKILL. */
const SHELL_KILLED = 128 + 9;

/** It exited without reporting. `log` names the file with all that it printed. */
export function exitError(exit: Exit, log: string): ScalesweepError {
  const hint = `What it printed is in ${log}`;
  if (exit.code === 0) {
    return new ScalesweepError(
      'USAGE',
      'Expected the trainer to send `done` or `failed` before it ends, got exit code 0 without either',
      { hint: `${hint}; docs/trainers.md lists the events.` },
    );
  }
  if (exit.signal === null && OUT_OF_MEMORY.test(lastLines(exit.stderr)))
    return new ScalesweepError('OUT_OF_MEMORY', `The trainer ran out of memory: ${lastLines(exit.stderr)}`, { hint });
  const isKilled = exit.signal === null && exit.code === SHELL_KILLED;
  const { kind, message } = exitCause(isKilled ? { ...exit, code: null, signal: 'SIGKILL' } : exit, 'The trainer');
  const code = kind === 'out-of-memory' ? 'OUT_OF_MEMORY' : kind === 'host-lost' ? 'TRAINER_LOST' : 'TRAINER_FAILED';
  return new ScalesweepError(code, message, { hint });
}
