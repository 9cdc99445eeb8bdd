/** What the end of a trainer, told or not, means for its trial. */
import os from 'node:os';
import { ScalesweepError, type ErrorCode } from '../../../contract/index.ts';
import { exitCause, lastLines, type Exit } from '../../child/exit-cause.ts';
import { TRAINER_PROTOCOL, type TrainerEvent, type trainerFailures } from './protocol.ts';
import type { HeardLine } from './read-events.ts';

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

/** What a shell adds to the signal that ended its child. */
const SHELL_SIGNAL = 128;

/** By a signal from outside: what a scheduler, a terminal or an operator sends. */
const FROM_OUTSIDE: readonly NodeJS.Signals[] = [
  'SIGHUP',
  'SIGINT',
  'SIGKILL',
  'SIGTERM',
  'SIGUSR1',
  'SIGUSR2',
  'SIGXCPU',
];

/** The signal that an exit code stands for, where a shell or a handler has turned one into the other. */
function signalOf(code: number | null): NodeJS.Signals | undefined {
  return FROM_OUTSIDE.find((name) => code === SHELL_SIGNAL + os.constants.signals[name]);
}

/** What a trainer has sent before it exited. */
export interface Heard {
  /** Whether any event came at all. */
  isAny: boolean;
  /** Its last epoch is over. */
  isFinished: boolean;
  /** The first line that could not be read, and why. */
  unread: string | undefined;
}

const CLOSED_DESCRIPTOR = /bad file (descriptor|number)|\bEBADF\b|\/(dev|proc\/self)\/fd\/3\b/i;
const WAYS =
  'A launcher between scalesweep and the trainer has to hand descriptor 3 on (Python: subprocess.run(..., pass_fds=[3]); ' +
  'docs/trainers.md has conda, sudo and torchrun), or the trainer writes to the named pipe in SCALESWEEP_EVENTS';

/** It exited without reporting. `log` names the file with all that it printed. */
export function exitError(exit: Exit, log: string, heard: Heard): ScalesweepError {
  const hint = `What it printed is in ${log}`;
  const failed = (code: ErrorCode, message: string, why = hint): ScalesweepError =>
    new ScalesweepError(code, message, { hint: why });
  // Every trial of this machine would fail like this, and it is no fault of theirs.
  if (!heard.isAny && exit.signal === null && CLOSED_DESCRIPTOR.test(exit.stderr))
    return failed(
      'DEVICE_UNAVAILABLE',
      `Expected the trainer to write events to descriptor 3, got a descriptor that was closed: ${lastLines(exit.stderr)}`,
      `${WAYS}; ${hint}`,
    );
  if (exit.code === 0) {
    const expected = 'Expected the trainer to send `done` or `failed` before it ends, got exit code 0 without either';
    if (heard.unread !== undefined) return failed('TRAINER_FAILED', `${expected}; ${heard.unread}`);
    if (!heard.isAny) return failed('DEVICE_UNAVAILABLE', `${expected}, and no event at all`, `${WAYS}; ${hint}`);
    // The work is done and its result was lost on the way: tried again from the last checkpoint.
    const code = heard.isFinished ? 'TRAINER_FAILED' : 'USAGE';
    return failed(code, expected, `${hint}; docs/trainers.md lists the events.`);
  }
  if (exit.signal === null && OUT_OF_MEMORY.test(lastLines(exit.stderr)))
    return failed('OUT_OF_MEMORY', `The trainer ran out of memory: ${lastLines(exit.stderr)}`);
  const signal = exit.signal ?? signalOf(exit.code);
  const { kind, message } = exitCause(signal === undefined ? exit : { ...exit, code: null, signal }, 'The trainer');
  const code = kind === 'out-of-memory' ? 'OUT_OF_MEMORY' : kind === 'host-lost' ? 'TRAINER_LOST' : 'TRAINER_FAILED';
  return failed(code, exit.signal === null && signal !== undefined ? `${message} (exit code ${exit.code})` : message);
}

/** A line that is no event. Of a result it is a crash and no mistake of the trial: the training is over, and its checkpoint is kept. */
export function lineError({
  type,
  why,
  line,
  text,
  isRefused,
}: HeardLine & { readonly event: undefined }): ScalesweepError {
  const shown = JSON.stringify(text.slice(0, 200));
  return new ScalesweepError(
    type === 'done' ? 'TRAINER_FAILED' : 'USAGE',
    // The cause first: tables cut the rest.
    isRefused && why.startsWith('expected')
      ? `${why.replace(/^./, (letter) => letter.toUpperCase())} (line ${line} of its events: ${shown})`
      : `Expected an event of trainer protocol ${TRAINER_PROTOCOL} in line ${line}, got ${shown}: ${why}`,
    { hint: 'docs/trainers.md lists the events, one JSON object a line.' },
  );
}

/** An event that is well formed and out of its order. */
export function refused(what: string, type?: TrainerEvent['type']): ScalesweepError {
  return new ScalesweepError(type === 'done' ? 'TRAINER_FAILED' : 'USAGE', `Expected ${what} from the trainer`, {
    hint: 'docs/trainers.md lists the events and their order.',
  });
}

export function diverged(value: string, step: number): ScalesweepError {
  return new ScalesweepError('TRIAL_DIVERGED', `Training diverged: an event of step ${step} holds ${value}`, {
    hint: 'Lower the learning rate or lengthen the warm-up.',
  });
}

export function silent(silenceSeconds: number, log: string): ScalesweepError {
  return new ScalesweepError(
    'TRAINER_FAILED',
    `Expected an event of the trainer at least every ${silenceSeconds} s, got none: it was ended`,
    { hint: `What it printed is in ${log}; "silenceSeconds" in --allow-command NAME={...} allows for more.` },
  );
}

export function interrupted(how: string, step: number): ScalesweepError {
  return new ScalesweepError('INTERRUPTED', `Stopped ${how}; it resumes from step ${step}`);
}
