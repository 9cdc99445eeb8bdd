import { EXIT } from '../../contract/index.ts';
import type { SqliteStore, SweepRecord } from '../../results/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import type { JsonOption } from '../cli/shared-options.ts';
import { countOf } from '../progress/words.ts';
import { bestPerBudget, summaryText } from './summary.ts';
import { reportOn } from './sweep-report.ts';
import { concludeUnfinished, execute, type ExecuteOptions } from './execute.ts';

export interface FinishOptions extends ExecuteOptions, JsonOption {
  /** Folder of the report. */
  readonly out?: string;
}

/** Trains what is left of a sweep and says what came of it. Returns the exit code. */
export async function finish(store: SqliteStore, sweep: SweepRecord, options: FinishOptions, io: Io): Promise<number> {
  const { outcome, trained } = await execute(store, sweep, options, io);
  if (outcome.kind !== 'finished') {
    if (options.json === true && outcome.kind !== 'halted')
      printJson(io, { sweep: sweep.id, outcome: outcome.kind, counts: outcome.counts, trained });
    return concludeUnfinished(outcome, sweep, options, io);
  }
  const { counts } = outcome;
  const bests = counts.done === 0 ? [] : bestPerBudget(store, sweep);
  const page = counts.done === 0 ? undefined : await reportOn(store, sweep, { ...options, trained }, io);
  if (options.json === true)
    printJson(io, { sweep: sweep.id, outcome: outcome.kind, counts, trained, best: bests, report: page ?? null });
  else {
    io.out(
      `${sweep.name}: ${countOf(counts.done, 'trial')} done, ${trained} trained now${counts.failed > 0 ? `, ${counts.failed} failed` : ''}`,
    );
    if (bests.length > 0) io.out(summaryText(bests));
    if (page !== undefined) io.out(`Report: ${page}`);
  }
  if (counts.failed === 0) return EXIT.done;
  for (const { kind, message, trials } of store.failures(sweep.id))
    io.err(`${countOf(trials, 'trial')} failed, ${kind}: ${message.split('\n', 1)[0]}`);
  io.err(`To try them again: scalesweep retry ${sweep.id}, then scalesweep resume ${sweep.id}`);
  return EXIT.failedTrials;
}
