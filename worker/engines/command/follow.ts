import { ScalesweepError, type EpochMetrics, type Trial, type TrialResult } from '../../../contract/index.ts';
import { afterAwake, startWatchdog, type Watchdog } from '../../child/watchdog.ts';
import type { TrialContext } from '../engine.ts';
import { exitError, toldError } from './end.ts';
import type { LogFile } from './log-file.ts';
import type { AllowedProgram } from './programs.ts';
import type { TrainerEvent } from './protocol.ts';
import { readEvents, type HeardEvent } from './read-events.ts';
import { take, type SavedState } from './saved-state.ts';
import { startTrainer, type TrainerProcess } from './trainer-process.ts';

/** A progress event is sent at least this often, even if the trainer sends none, ms. */
const HEARTBEAT_MS = 10_000;

export interface FollowOptions {
  readonly trial: Trial;
  readonly context: TrialContext;
  readonly program: AllowedProgram;
  readonly argv: readonly string[];
  /** Where the trainer writes. */
  readonly folder: string;
  /** Path of the trial's file. */
  readonly task: string;
  readonly totalSteps: number;
  readonly state: SavedState | undefined;
  readonly passedOver: readonly string[];
  readonly log: LogFile;
  readonly environment: Readonly<Record<string, string>>;
  readonly progressMs: number;
}

type Told = Extract<TrainerEvent, { type: 'done' | 'failed' }>;

/** Runs a trainer until it exits, and forwards its events. @throws {ScalesweepError} by how it ended. */
export async function followTrainer(options: FollowOptions): Promise<TrialResult> {
  const { context, argv, task, log } = options;
  if (context.signal.aborted) throw interrupted('before it began', options.state?.step ?? 0);
  const trainer = await startTrainer({ argv, task, threads: context.threads, log });
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
    if (attempt.isSilent) throw silent(options.program, log);
    throw exitError(exit, log.file);
  } finally {
    clearInterval(watching);
    context.signal.removeEventListener('abort', stop);
    attempt.dismiss();
    trainer.kill();
    await trainer.ended;
  }
}

class Attempt {
  told: Told | undefined;
  /** A protocol violation, a divergence, or a state that could not be saved. */
  problem: unknown;
  isSilent = false;
  /** It did not end within its grace. */
  isKilled = false;
  savedStep: number;
  readonly #options: FollowOptions;
  readonly #trainer: TrainerProcess;
  readonly #epochs: EpochMetrics[] = [];
  readonly #began = performance.now();
  #step: number;
  #hasSaidHello = false;
  #isHandling = false;
  #lastProgress = -Infinity;
  #lastEmitted = performance.now();
  #epochBegan = performance.now();
  #cancelKill: (() => void) | undefined;
  readonly #watchdog: Watchdog;

  constructor(options: FollowOptions, trainer: TrainerProcess) {
    this.#options = options;
    this.#trainer = trainer;
    this.savedStep = options.state?.step ?? 0;
    this.#step = this.savedStep;
    const silenceMs = options.program.silenceSeconds * 1000;
    this.#watchdog = startWatchdog({
      limitMs: () => (this.#isHandling ? undefined : silenceMs),
      onSilence: () => {
        this.isSilent = true;
        this.#trainer.kill();
      },
      everyMs: Math.min(1000, silenceMs / 4),
    });
  }

  /** Until nothing more can come. */
  async listen(): Promise<void> {
    try {
      for await (const heard of readEvents(this.#trainer.events)) {
        this.#watchdog.heard();
        // No event may follow.
        if (this.told !== undefined) continue;
        this.#isHandling = true;
        await this.#handle(heard);
        this.#isHandling = false;
        this.#watchdog.heard();
      }
    } catch (error) {
      const isCutOff = error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
      if (!isCutOff && this.told === undefined) this.problem = error;
      this.#trainer.kill();
    }
  }

  askToStop(): void {
    this.#trainer.terminate();
    this.#killWithinGrace();
  }

  /** At intervals: sends the orchestrator a heartbeat. */
  beat(): void {
    if (this.#hasSaidHello && performance.now() - this.#lastEmitted > HEARTBEAT_MS) this.#progress(this.#step, null);
  }

  dismiss(): void {
    this.#cancelKill?.();
    this.#watchdog.stop();
  }

  resultOf(done: Extract<Told, { type: 'done' }>): TrialResult {
    const { type: _, peakBytes, seconds, ...rest } = done;
    return {
      ...rest,
      seconds: seconds ?? this.#seconds(),
      peakBytes: peakBytes === undefined ? this.#trainer.peakBytes() : peakBytes,
    };
  }

  async #handle({ event, notFinite }: HeardEvent): Promise<void> {
    if (event.type === 'hello') return this.#hello(event);
    if (!this.#hasSaidHello) throw refused(`\`hello\` as its first event, got \`${event.type}\``);
    if ('step' in event) this.#step = event.step;
    if (notFinite !== undefined) throw diverged(notFinite, this.#step);
    switch (event.type) {
      case 'progress':
        if (performance.now() - this.#lastProgress < this.#options.progressMs) return;
        this.#lastProgress = performance.now();
        return this.#progress(event.step, event.loss);
      case 'epoch':
        return this.#epoch(event);
      case 'checkpoint':
        return this.#checkpoint(event);
      case 'done':
      case 'failed':
        this.told = event;
        // It may clean up, within a time limit.
        this.#killWithinGrace();
    }
  }

  #hello({ resumedFromStep, environment }: Extract<TrainerEvent, { type: 'hello' }>): void {
    const { context, state, totalSteps, passedOver } = this.#options;
    if (this.#hasSaidHello) throw refused('one `hello`, got a second');
    if (resumedFromStep !== 0 && resumedFromStep !== state?.step) {
      throw refused(
        `\`resumedFromStep\` to be 0 or the step of \`resume\`, ${state?.step ?? 'of which there is none'}, got ${resumedFromStep}`,
      );
    }
    this.#hasSaidHello = true;
    this.#step = resumedFromStep;
    this.savedStep = resumedFromStep;
    const own = Object.entries(environment).map(([name, value]) => [`trainer.${name}`, value] as const);
    context.emit({
      type: 'started',
      engine: 'command',
      device: context.device,
      pid: process.pid,
      resumedFromStep,
      totalSteps,
      environment: { ...this.#options.environment, ...Object.fromEntries(own) },
      ...(passedOver.length > 0 ? { note: passedOver.join('; ') } : {}),
    });
    // The orchestrator may have died before it stored them; storing an epoch twice is harmless.
    for (const metrics of state?.epochs ?? []) {
      if (metrics.step > resumedFromStep) continue;
      this.#epochs.push(metrics);
      context.emit({ type: 'epoch', metrics });
    }
    this.#lastEmitted = performance.now();
    this.#epochBegan = performance.now();
  }

  #progress(step: number, loss: number | null): void {
    const { context, totalSteps } = this.#options;
    this.#lastEmitted = performance.now();
    context.emit({ type: 'progress', epoch: this.#epochs.length, step, totalSteps, loss });
  }

  #epoch(event: Extract<TrainerEvent, { type: 'epoch' }>): void {
    const { type: _, seconds, ...rest } = event;
    const { context, trial } = this.#options;
    const expected = this.#epochs.length + 1;
    if (rest.epoch !== expected || rest.epoch > trial.spec.epochs) {
      const next = expected > trial.spec.epochs ? `no epoch after the ${trial.spec.epochs}th` : `epoch ${expected}`;
      throw refused(`${next}, got epoch ${rest.epoch}`);
    }
    const now = performance.now();
    const metrics = { ...rest, seconds: seconds ?? (now - this.#epochBegan) / 1000 };
    this.#epochBegan = now;
    this.#epochs.push(metrics);
    context.emit({ type: 'epoch', metrics });
  }

  async #checkpoint(event: Extract<TrainerEvent, { type: 'checkpoint' }>): Promise<void> {
    const { context, folder } = this.#options;
    const progress = { epochs: this.#epochs, seconds: this.#seconds() };
    const bytes = await take(context.checkpoints, folder, event, progress);
    this.savedStep = event.step;
    context.emit({ type: 'checkpoint', step: event.step, bytes });
  }

  #seconds(): number {
    return (this.#options.state?.seconds ?? 0) + (performance.now() - this.#began) / 1000;
  }

  #killWithinGrace(): void {
    this.#cancelKill ??= afterAwake(this.#options.program.graceSeconds * 1000, () => {
      this.isKilled = true;
      this.#trainer.kill();
    });
  }
}

function refused(what: string): ScalesweepError {
  return new ScalesweepError('USAGE', `Expected ${what} from the trainer`, {
    hint: 'docs/trainers.md lists the events and their order.',
  });
}

function diverged(value: string, step: number): ScalesweepError {
  return new ScalesweepError('TRIAL_DIVERGED', `Training diverged: an event of step ${step} holds ${value}`, {
    hint: 'Lower the learning rate or lengthen the warm-up.',
  });
}

function silent({ silenceSeconds }: AllowedProgram, log: LogFile): ScalesweepError {
  return new ScalesweepError(
    'TRAINER_FAILED',
    `Expected an event of the trainer at least every ${silenceSeconds} s, got none: it was ended`,
    { hint: `What it printed is in ${log.file}; "silenceSeconds" in --allow-command NAME={...} allows for more.` },
  );
}

function interrupted(how: string, step: number): ScalesweepError {
  return new ScalesweepError('INTERRUPTED', `Stopped ${how}; it resumes from step ${step}`);
}
