import { existsSync } from 'node:fs';
import path from 'node:path';
import { messageOf } from '../../contract/index.ts';
import { type SqliteStore, type SweepRecord } from '../../results/index.ts';
import { writeReport } from '../../report/index.ts';
import type { Io } from '../cli/io.ts';

export interface SweepReportOptions {
  readonly db: string;
  /** @defaultValue a folder of the sweep's own, beside the store */
  readonly out?: string;
  /** Trials that got their result now: without any, a report that is there is left as it is. */
  readonly trained: number;
}

/**
 * The report of a finished sweep; returns the page's path. A report that cannot be written (a full disk, say) is said and does not
 * fail the sweep: the results are stored, and `scalesweep report` makes it again.
 */
export async function reportOn(
  store: SqliteStore,
  sweep: SweepRecord,
  options: SweepReportOptions,
  io: Io,
): Promise<string | undefined> {
  const out = options.out ?? path.join(path.dirname(options.db), 'reports', `${sweep.name}-${sweep.id}`);
  const page = path.join(out, 'report.html');
  if (options.trained === 0 && existsSync(page)) return page;
  try {
    return (await writeReport(store, { sweep: sweep.id, out })).page;
  } catch (error) {
    io.err(`No report: ${messageOf(error)}`);
    return undefined;
  }
}
