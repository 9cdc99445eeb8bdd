import type { SqliteStore, SweepRecord } from '../../../results/index.ts';
import { printJson, type Io } from '../../cli/io.ts';
import type { JsonOption } from '../../cli/shared-options.ts';
import { countOf } from '../../progress/words.ts';
import type { SweepOutcome } from '../../sweep/run-sweep.ts';
import type { Execution } from '../train/execute.ts';
import { warnOfAnswer } from './warn-of-answer.ts';
import { bestPerBudget, summaryText } from './summary.ts';
import { writeSweepReport, type SweepReportOptions } from './sweep-report.ts';
import type { GivenOptions } from '../command-line.ts';
import { reportFailures } from './failed-trials.ts';
import { explainUnfinished } from './unfinished.ts';

export interface ReportOptions extends JsonOption, SweepReportOptions, GivenOptions {}

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
    if (options.json === true) printUnfinished(sweep, outcome, trained, io);
    return explainUnfinished(outcome, sweep, { ...options, hurried }, io);
  }
  const { counts } = outcome;
  const bests = counts.done === 0 ? [] : bestPerBudget(store, sweep);
  if (bests.length > 0) warnOfAnswer(store, { sweep: sweep.id }, io);
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
  return reportFailures(store, sweep, options, io);
}

/** Not of a sweep that this machine lacks something for: that is an error. */
function printUnfinished(
  { id }: SweepRecord,
  outcome: Exclude<SweepOutcome, { kind: 'finished' }>,
  trained: number,
  io: Io,
): void {
  const { kind, counts } = outcome;
  const facts = { sweep: id, outcome: kind, counts, trained };
  if (outcome.kind !== 'halted') return printJson(io, facts);
  const { failure, alike, logTail = null } = outcome;
  if (alike !== undefined) printJson(io, { ...facts, failure: { ...failure, trials: alike, logTail } });
}
