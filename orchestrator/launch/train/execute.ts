import { isScalesweepError } from '../../../contract/index.ts';
import { varyingAxes, type SqliteStore, type SweepRecord } from '../../../results/index.ts';
import { makePaint } from '../../cli/colour.ts';
import type { Io } from '../../cli/io.ts';
import type { DisplayOptions, ProgressDisplay } from '../../progress/display.ts';
import { makeLiveBlock } from '../../progress/live-block.ts';
import { trialNames } from '../../progress/trial-names.ts';
import { makePlainLines } from '../../progress/plain-lines.ts';
import { makeFlatPredictor, type Predictor } from '../../sweep/predictor.ts';
import { RETRY_LIMITS } from '../../sweep/retry-policy.ts';
import { runSweep, type SweepOutcome } from '../../sweep/run-sweep.ts';
import { makeTrainerChanges } from '../../sweep/trainer-changes.ts';
import { openDispatcher, type DispatchOptions } from './open-dispatcher.ts';
import { listenForStop } from './stop-signals.ts';

export interface ExecuteOptions extends DispatchOptions {
  /** Digests of the programs that trained the sweep's trials before, where a trainer of the user's own trains them. */
  readonly trainerDigests?: readonly string[];
  /** Trains on where the first trials all fail by one cause. */
  readonly keepGoing?: boolean;
}

export interface Execution {
  readonly outcome: SweepOutcome;
  /** Trials that got their result now. */
  readonly trained: number;
  /** Workers were ended before they had saved their state. */
  readonly hurried: boolean;
}

/** Trains what a sweep has left, here or elsewhere, showing progress on standard error. */
export async function execute(
  store: SqliteStore,
  sweep: SweepRecord,
  options: ExecuteOptions,
  predictor: Predictor = makeFlatPredictor(options.threads),
  io: Io,
): Promise<Execution> {
  const names = trialNames(varyingAxes(store, sweep.id));
  const { dispatcher, adopted } = await openDispatcher(store, sweep, options, io);
  const stopSignals = listenForStop({ onHurry: () => dispatcher.kill() });
  const display = makeDisplay(io, {
    title: sweep.name,
    etaSeconds: () => secondsLeft(store, sweep.id, dispatcher.parallelism),
    names,
    waitsFor: () => dispatcher.waitsFor,
    clock: () => performance.now(),
  });
  store.announce(() => ({ sweep: sweep.id, waitsFor: dispatcher.waitsFor }));
  let trained = 0;
  const trainerChange = makeTrainerChanges(options.trainerDigests ?? []);
  try {
    const outcome = await runSweep({
      store,
      sweep: sweep.id,
      dispatcher,
      adopted,
      signal: stopSignals.signal,
      predictor,
      limits: { ...RETRY_LIMITS, ...(options.keepGoing === true ? { alike: Infinity } : {}) },
      now: () => Date.now(),
      watch: (news) => {
        if (news.type === 'done') trained++;
        display.take(news);
        const change = news.type === 'event' ? trainerChange(news.event) : undefined;
        if (change !== undefined) display.take(change);
      },
    });
    return { outcome, trained, hurried: stopSignals.hurried };
  } finally {
    display.close();
    predictor.save();
    await dispatcher.close();
    stopSignals.release();
  }
}

function makeDisplay(io: Io, options: DisplayOptions): ProgressDisplay {
  return io.screen === undefined
    ? makePlainLines(io.err, options)
    : makeLiveBlock(io.screen, makePaint(io.colour), options);
}

/** Unknown (`null`) where the store cannot be read: a display must not end what it shows, least of all when it shows that. */
export function secondsLeft(store: Pick<SqliteStore, 'statusOf'>, sweep: string, parallelism: number): number | null {
  try {
    return store.statusOf(sweep, parallelism, Date.now()).etaSeconds;
  } catch (error) {
    if (isScalesweepError(error)) return null;
    throw error;
  }
}
