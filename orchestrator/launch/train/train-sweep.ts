import { networkFileSystem, trainerPrograms, type SqliteStore, type SweepRecord } from '../../../results/index.ts';
import type { Io } from '../../cli/io.ts';
import { countOf } from '../../progress/words.ts';
import type { Predictor } from '../../sweep/predictor.ts';
import { reportSweep, type ReportOptions } from '../report/report-sweep.ts';
import { checkPhotographs, LOOKED_AT } from '../plan/check-photographs.ts';
import { requireTrainer } from '../trainers.ts';
import { checkpointFolder, tidyCheckpoints } from './checkpoint-folder.ts';
import { execute, type ExecuteOptions } from './execute.ts';
import { expectedTime } from './expected-time.ts';
import { fetchSweepData } from './fetch-dataset.ts';

export interface TrainSweepOptions extends ExecuteOptions, ReportOptions {}

/**
 * Trains what is left of a stored sweep and reports on it: what `run` and `resume` share. Returns the exit code.
 *
 * @param openPredictor called where a trial waits, once its dataset is there.
 * @throws {ScalesweepError} before any worker starts, where this machine lacks the sweep's trainer or dataset; what
 * `reportSweep` throws.
 */
export async function trainSweep(
  store: SqliteStore,
  sweep: SweepRecord,
  options: TrainSweepOptions,
  openPredictor: () => Promise<Predictor>,
  io: Io,
): Promise<number> {
  const { done, failed, planned, queued, running } = store.counts(sweep.id);
  const left = planned + queued + running;
  /** What waits to be trained on this machine. */
  const facts = planned > 0 && options.redis === undefined ? sweep.facts : null;
  if (facts !== null) requireTrainer(facts.engine.trainer, options);
  warnOfNetwork(store.file, io);
  await tidyCheckpoints(checkpointFolder(options.db), store);
  io.err(
    `${sweep.name} (${sweep.id}): ${countOf(done + failed + left, 'trial')}, ${done} done before, ${left} to train`,
  );
  if (facts !== null) {
    await fetchSweepData(facts, io);
    await checkPhotographs(
      store.nextTrials(sweep.id, LOOKED_AT, Number.MAX_SAFE_INTEGER).map(({ trial }) => trial.spec),
      // What was left out is told where the dataset is fetched.
      undefined,
      io.err,
    );
  }
  const predictor = planned > 0 ? await openPredictor() : undefined;
  const expected = predictor === undefined ? undefined : expectedTime(store, sweep, predictor, options);
  if (expected !== undefined) io.err(expected);
  const trainerDigests =
    sweep.facts?.engine.trainer === undefined
      ? []
      : trainerPrograms(store, { sweep: sweep.id }).map(({ digest }) => digest);
  const execution = await execute(store, sweep, { ...options, trainerDigests }, predictor, io);
  return reportSweep(store, sweep, execution, options, io);
}

/** Locks of network file systems fail, wait for ever or hold nothing: two programs may then write one store. */
function warnOfNetwork(file: string, io: Io): void {
  const kind = networkFileSystem(file);
  if (kind !== undefined)
    io.err(
      `warning: ${file} is on ${kind}, whose locks cannot be relied on: keep the store on a local disk (--db FILE)`,
    );
}
