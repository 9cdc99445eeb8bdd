import { EXIT } from '../../../contract/index.ts';
import type { Counts, SqliteStore, SweepRecord } from '../../../results/index.ts';
import { printJson, type Io } from '../../cli/io.ts';
import type { JsonOption } from '../../cli/shared-options.ts';
import { countOf } from '../../progress/words.ts';
import type { Execution } from '../train/execute.ts';
import { warnOfFewImages } from './few-images.ts';
import { bestPerBudget, summaryText } from './summary.ts';
import { writeSweepReport, type SweepReportOptions } from './sweep-report.ts';
import { explainUnfinished, type ResumeLine } from './unfinished.ts';

export interface ReportOptions extends JsonOption, SweepReportOptions, ResumeLine {}

/**
 * Prints how a sweep ended: its best cells and its report, or why it is not finished. Returns the exit code.
 *
 * @throws {ScalesweepError} DEVICE_UNAVAILABLE or DATASET_UNAVAILABLE when it was halted: the fix is the user's.
 */
export async function reportSweep(
  store: SqliteStore,
  sweep: SweepRecord,
  { outcome, trained, hurried }: Execution,
  options: ReportOptions,
  io: Io,
): Promise<number> {
  if (outcome.kind !== 'finished') {
    if (options.json === true && outcome.kind !== 'halted')
      printJson(io, { sweep: sweep.id, outcome: outcome.kind, counts: outcome.counts, trained });
    return explainUnfinished(outcome, sweep, { ...options, hurried }, io);
  }
  const { counts } = outcome;
  const bests = counts.done === 0 ? [] : bestPerBudget(store, sweep);
  if (bests.length > 0) warnOfFewImages(store, { sweep: sweep.id }, io);
  const page = counts.done === 0 ? undefined : await writeSweepReport(store, sweep, trained, options, io);
  if (options.json === true)
    printJson(io, { sweep: sweep.id, outcome: outcome.kind, counts, trained, best: bests, report: page ?? null });
  else {
    io.out(
      `${sweep.name}: ${countOf(counts.done, 'trial')} done, ${trained} trained now${counts.failed > 0 ? `, ${counts.failed} failed` : ''}`,
    );
    if (bests.length > 0) io.out(summaryText(bests, io.width));
    if (page !== undefined) io.out(`Report: ${page}`);
  }
  return reportFailures(store, sweep, counts, io);
}

function reportFailures(store: SqliteStore, sweep: SweepRecord, { failed }: Counts, io: Io): number {
  if (failed === 0) return EXIT.done;
  for (const { kind, message, trials } of store.failures(sweep.id))
    io.err(`${countOf(trials, 'trial')} failed, ${kind}: ${message.split('\n', 1)[0]}`);
  io.err(`To try them again: scalesweep retry ${sweep.id}, then scalesweep resume ${sweep.id}`);
  return EXIT.failedTrials;
}
