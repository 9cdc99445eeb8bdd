import { EXIT, formatSeconds, ScalesweepError } from '../../contract/index.ts';
import type { Store, SweepRecord } from '../../results/index.ts';
import { makePaint } from '../cli/colour.ts';
import type { Io } from '../cli/io.ts';
import { DEFAULT_DB } from '../cli/shared-options.ts';
import type { DisplayOptions } from '../progress/display.ts';
import { makeLiveBlock } from '../progress/live-block.ts';
import { makePlainLines } from '../progress/plain-lines.ts';
import { countOf } from '../progress/words.ts';
import { makeFlatPredictor, type Predictor } from '../sweep/predict.ts';
import { runSweep, type SweepOutcome } from '../sweep/run-sweep.ts';
import { openDispatcher, type DispatchOptions } from './open-dispatcher.ts';
import { listenForStop } from './stop-signals.ts';

export interface ExecuteOptions extends DispatchOptions {
  readonly predictor?: Predictor;
}

export interface Execution {
  readonly outcome: SweepOutcome;
  /** Trials that got their result now. */
  readonly trained: number;
}

/** Trains what a sweep has left, here or elsewhere, showing progress on standard error. */
export async function execute(store: Store, sweep: SweepRecord, options: ExecuteOptions, io: Io): Promise<Execution> {
  const { dispatcher, adopted } = await openDispatcher(store, sweep, options, io);
  const stopSignals = listenForStop(() => dispatcher.kill());
  const display = makeDisplay(io, {
    title: sweep.name,
    etaSeconds: () => store.statusOf(sweep.id, dispatcher.parallelism).etaSeconds,
    clock: () => performance.now(),
  });
  let trained = 0;
  try {
    const outcome = await runSweep({
      store,
      sweep: sweep.id,
      dispatcher,
      adopted,
      signal: stopSignals.signal,
      predictor: options.predictor ?? makeFlatPredictor(options.threads),
      now: () => Date.now(),
      watch: (news) => {
        if (news.type === 'done') trained++;
        display.take(news);
      },
    });
    return { outcome, trained };
  } finally {
    display.close();
    options.predictor?.save();
    await dispatcher.close();
    stopSignals.release();
  }
}

function makeDisplay(io: Io, options: DisplayOptions): ReturnType<typeof makePlainLines> {
  return io.screen === undefined
    ? makePlainLines(io.err, options)
    : makeLiveBlock(io.screen, makePaint(io.colour), options);
}

/**
 * Says how a sweep ended that did not finish, with the line that goes on, and returns the exit code.
 *
 * @throws {ScalesweepError} DEVICE_UNAVAILABLE or DATASET_UNAVAILABLE when it was halted: the mend is the user's.
 */
export function concludeUnfinished(
  outcome: Exclude<SweepOutcome, { kind: 'finished' }>,
  sweep: SweepRecord,
  { db, devices }: Pick<ExecuteOptions, 'db' | 'devices'>,
  io: Io,
): number {
  const where = devices === undefined ? '' : ` --devices ${devices.join(',')}`;
  const goOn = `scalesweep resume ${sweep.id}${where}${db === DEFAULT_DB ? '' : ` --db ${quoted(db)}`}`;
  const { planned, done } = outcome.counts;
  switch (outcome.kind) {
    case 'halted': {
      const code = outcome.failure.kind === 'data' ? 'DATASET_UNAVAILABLE' : 'DEVICE_UNAVAILABLE';
      throw new ScalesweepError(code, outcome.failure.message, {
        hint: `Nothing finished is lost. Mend it, then: ${goOn}`,
      });
    }
    case 'cancelled':
      io.err(`Cancelled: ${countOf(done, 'trial')} done, ${planned + outcome.counts.cancelled} left undone.`);
      return EXIT.interrupted;
    case 'paused':
    case 'interrupted':
      io.err(
        `${outcome.kind === 'paused' ? 'Paused' : 'Interrupted'}, state saved: ${done} done, ${planned} to go. To go on:`,
      );
      io.err(`  ${goOn}`);
      return EXIT.interrupted;
  }
}

/** As a shell reads it. */
function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** `in 3 min 20 s`. */
export function since(beganMs: number, nowMs: number): string {
  return `in ${formatSeconds((nowMs - beganMs) / 1000)}`;
}
