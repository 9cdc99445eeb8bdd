import { ScalesweepError, type Trial, type TrialResult, type WorkerEvent } from '../../contract/index.ts';
import { isLast, supervise, type Supervisor } from '../../worker/index.ts';

export interface TryOptions {
  readonly trial: Trial;
  /** Under which the trial has its checkpoints; a folder that has them resumes from them. */
  readonly folder: string;
  readonly device: string;
  readonly threads: number;
  /** Added to the worker's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Interrupts the attempt, once, at the first event for which it is true. */
  readonly interrupt?: { readonly how: 'stop' | 'kill'; readonly at: (event: WorkerEvent) => boolean };
  /** Aborted to leave at once. */
  readonly signal: AbortSignal;
}

/** What one attempt of a trainer came to. */
export interface Tried {
  readonly events: readonly WorkerEvent[];
  /** `undefined` where the worker was killed on purpose. */
  readonly end: Extract<WorkerEvent, { type: 'done' | 'failed' }> | undefined;
  /** From the hand-out to the trainer's first event, seconds; `undefined` where none came. */
  readonly firstEventSeconds: number | undefined;
  /** From the interruption to the end, seconds; `undefined` where it was not interrupted. */
  readonly leavingSeconds: number | undefined;
  readonly seconds: number;
}

/** One attempt in a worker process, as a sweep has it executed. */
export async function tryAttempt(options: TryOptions): Promise<Tried> {
  const { trial, folder, device, threads, env, interrupt, signal } = options;
  const events: WorkerEvent[] = [];
  let finish: (end: Tried['end']) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const ended = new Promise<Tried['end']>((resolve, reject) => ((finish = resolve), (fail = reject)));
  let given: number | undefined;
  let firstEvent: number | undefined;
  let interrupted: number | undefined;

  const take = (event: WorkerEvent): void => {
    events.push(event);
    if (event.type === 'started') firstEvent ??= performance.now();
    if (isLast(event)) return finish(event);
    if (interrupt === undefined || interrupted !== undefined || !interrupt.at(event)) return;
    interrupted = performance.now();
    if (interrupt.how === 'stop') worker.handBack();
    else {
      worker.drop();
      finish(undefined);
    }
  };
  const worker: Supervisor = supervise({
    device,
    threads,
    checkpointDir: folder,
    env,
    onEvents: (batch) => batch.forEach(take),
    onChange: () => {
      if (worker.state() === 'retired')
        fail(new ScalesweepError('DEVICE_UNAVAILABLE', `Expected a worker process to start, got ${worker.why()}`));
      if (worker.state() !== 'idle' || given !== undefined) return;
      given = performance.now();
      worker.give([{ trial, attempt: 1, predictedSeconds: 0 }]);
    },
  });
  const leave = (): void => worker.kill();
  signal.addEventListener('abort', leave, { once: true });
  try {
    const end = await ended;
    const now = performance.now();
    return {
      events,
      end,
      firstEventSeconds: firstEvent === undefined ? undefined : (firstEvent - given!) / 1000,
      leavingSeconds: interrupted === undefined ? undefined : (now - interrupted) / 1000,
      seconds: (now - given!) / 1000,
    };
  } finally {
    signal.removeEventListener('abort', leave);
    await worker.stop();
  }
}

/** Its result, where it came to one. */
export function resultOf({ end }: Tried): TrialResult | undefined {
  return end?.type === 'done' ? end.result : undefined;
}

/** Steps of its checkpoints, in the order in which they were saved. */
export function savedSteps({ events }: Tried): number[] {
  return events.flatMap((event) => (event.type === 'checkpoint' ? [event.step] : []));
}

/** The step that it continued from, 0 from the start; `undefined` where it said nothing. */
export function resumedFrom({ events }: Tried): number | undefined {
  const started = events.find((event) => event.type === 'started');
  return started?.resumedFromStep;
}

/** What was tolerated, each once: warnings are sent with `progress`. */
export function warningsOf({ events }: Tried): string[] {
  const notes = events.flatMap((event) =>
    (event.type === 'progress' || event.type === 'started') && event.note !== undefined ? [event.note] : [],
  );
  return [...new Set(notes)];
}
