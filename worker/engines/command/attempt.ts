import { isScalesweepError, type EpochMetrics, type Trial, type TrialResult } from '../../../contract/index.ts';
import { afterAwake, startWatchdog, type Watchdog } from '../../child/watchdog.ts';
import { learningRateAt, type Steps } from '../../training/schedule.ts';
import type { TrialContext } from '../engine.ts';
import { diverged, lineError, refused, type Heard } from './end.ts';
import { isEventType, type Warning } from './lenient.ts';
import type { LogFile } from './log-file.ts';
import type { AllowedProgram } from './programs.ts';
import type { TrainerEvent } from './protocol.ts';
import { readEvents, type HeardLine } from './read-events.ts';
import { take, type SavedState } from './saved-state.ts';
import type { TrainerProcess } from './trainer-process.ts';

/** A progress event is sent at least this often, even if the trainer sends none, ms. */
const HEARTBEAT_MS = 10_000;

export interface AttemptOptions {
  readonly trial: Trial;
  readonly context: TrialContext;
  readonly program: AllowedProgram;
  readonly argv: readonly string[];
  /** Where the trainer writes. */
  readonly folder: string;
  /** Path of the trial's file. */
  readonly task: string;
  readonly steps: Steps;
  readonly state: SavedState | undefined;
  readonly passedOver: readonly string[];
  readonly log: LogFile;
  readonly environment: Readonly<Record<string, string>>;
  readonly progressMs: number;
}

type Told = Extract<TrainerEvent, { type: 'done' | 'failed' }>;

/** What a trainer says in one attempt, forwarded to the orchestrator as it comes. */
export class Attempt {
  told: Told | undefined;
  /** A protocol violation, a divergence, or a state that could not be saved. */
  problem: unknown;
  isSilent = false;
  /** It did not end within its grace. */
  isKilled = false;
  savedStep: number;
  /** What was heard, for the judgement of an exit without `done`. */
  readonly heard: Heard = { isAny: false, isFinished: false, unread: undefined };
  readonly #options: AttemptOptions;
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
  readonly #warned = new Set<string>();

  constructor(options: AttemptOptions, trainer: TrainerProcess) {
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
    const { type: _, peakBytes, seconds, metrics, ...rest } = done;
    const own = { ...this.#epochs.at(-1)?.metrics, ...metrics };
    return {
      ...rest,
      ...(Object.keys(own).length === 0 ? {} : { metrics: own }),
      seconds: seconds ?? this.#seconds(),
      peakBytes: peakBytes === undefined ? this.#trainer.peakBytes() : peakBytes,
    };
  }

  async #handle(heard: HeardLine): Promise<void> {
    const { event } = heard;
    if (event === undefined) return this.#unusable(heard);
    this.heard.isAny = true;
    if (event.type === 'hello') return this.#hello(event, heard.warnings);
    for (const { key, text } of heard.warnings) this.#warn(key, text);
    if (event.type === 'failed') return this.#tell(event);
    if (!this.#hasSaidHello) throw refused(`\`hello\` as its first event, got \`${event.type}\``, event.type);
    if ('step' in event) this.#step = event.step;
    if (heard.notFinite !== undefined) throw diverged(heard.notFinite, this.#step);
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
        return this.#tell(event);
    }
  }

  #tell(event: Told): void {
    this.told = event;
    // It may clean up, within a time limit.
    this.#killWithinGrace();
  }

  /** A line that is no event: ignored, unless it was to be the result, or every later one would be the same. */
  #unusable(line: HeardLine & { readonly event: undefined }): void {
    const error = lineError(line);
    const isForeign = line.type !== undefined && !isEventType(line.type);
    const isEarly = !this.#hasSaidHello && !line.isCutOff && !isForeign;
    if (line.isRefused || (line.type === 'done' && !line.isCutOff) || isEarly) throw error;
    this.heard.unread ??= error.message;
    this.#warn(`line ${line.type ?? ''}`, `ignored a line of the trainer: ${error.message}`);
  }

  /** Says it once for an attempt: to the orchestrator, and in the trainer's log. */
  #warn(key: string, text: string): void {
    if (this.#warned.has(key)) return;
    this.#warned.add(key);
    this.#options.log.note(text);
    if (this.#hasSaidHello) this.#progress(this.#step, null, text);
  }

  #hello(hello: Extract<TrainerEvent, { type: 'hello' }>, warnings: readonly Warning[]): void {
    const { context, state, steps, passedOver } = this.#options;
    const { resumedFromStep, environment } = hello;
    if (this.#hasSaidHello) return this.#warn('hello', 'ignored a second `hello` of the trainer');
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
      totalSteps: steps.total,
      environment: { ...this.#options.environment, ...Object.fromEntries(own) },
      ...(passedOver.length > 0 ? { note: passedOver.join('; ') } : {}),
    });
    // The orchestrator may have died before it stored them; storing an epoch twice is harmless.
    for (const metrics of state?.epochs ?? []) {
      if (metrics.step > resumedFromStep) continue;
      this.#keep(metrics);
    }
    this.#lastEmitted = performance.now();
    this.#epochBegan = performance.now();
    for (const { key, text } of warnings) this.#warn(key, text);
  }

  #progress(step: number, loss: number | null, note?: string): void {
    const { context, steps } = this.#options;
    this.#lastEmitted = performance.now();
    const epoch = this.#lastEpoch();
    context.emit({
      type: 'progress',
      epoch,
      step,
      totalSteps: steps.total,
      loss,
      ...(note === undefined ? {} : { note }),
    });
  }

  #lastEpoch(): number {
    return this.#epochs.at(-1)?.epoch ?? 0;
  }

  #epoch(event: Extract<TrainerEvent, { type: 'epoch' }>): void {
    const { type: _, seconds, learningRate, ...rest } = event;
    const { trial, steps } = this.#options;
    const { recipe, epochs } = trial.spec;
    const expected = this.#lastEpoch() + 1;
    if (rest.epoch < expected)
      return this.#warn('epoch again', `ignored epoch ${rest.epoch}, which the trainer has sent before`);
    if (rest.epoch > epochs) return this.#warn('epoch late', `ignored epoch ${rest.epoch} of ${epochs}`);
    if (rest.epoch > expected)
      this.#warn('epoch gap', `expected epoch ${expected} of the trainer, got epoch ${rest.epoch}`);
    const now = performance.now();
    const metrics = {
      ...rest,
      // A number there always is: stores of every version ask for one.
      learningRate: learningRate ?? learningRateAt(recipe, steps, Math.max(0, rest.step - 1)),
      seconds: seconds ?? (now - this.#epochBegan) / 1000,
    };
    this.#epochBegan = now;
    this.#keep(metrics);
  }

  #keep(metrics: EpochMetrics): void {
    const { context, trial } = this.#options;
    this.#epochs.push(metrics);
    if (metrics.epoch === trial.spec.epochs) this.heard.isFinished = true;
    context.emit({ type: 'epoch', metrics });
  }

  async #checkpoint(event: Extract<TrainerEvent, { type: 'checkpoint' }>): Promise<void> {
    const { context, folder } = this.#options;
    const progress = { epochs: this.#epochs, seconds: this.#seconds() };
    let bytes: number;
    try {
      bytes = await take(context.checkpoints, folder, event, progress);
    } catch (error) {
      // No file of that name: it costs the checkpoint and not the training.
      if (!isScalesweepError(error) || error.code !== 'USAGE') throw error;
      return this.#warn('checkpoint', error.message);
    }
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
