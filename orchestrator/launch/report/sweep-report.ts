import { existsSync } from 'node:fs';
import path from 'node:path';
import { messageOf } from '../../../contract/index.ts';
import { writeReport } from '../../../report/index.ts';
import type { SqliteStore, SweepRecord } from '../../../results/index.ts';
import type { Io } from '../../cli/io.ts';

export interface SweepReportOptions {
  readonly db: string;
  /** Folder of the report. @defaultValue one for the sweep, beside the store */
  readonly out?: string;
}

/**
 * The report of a finished sweep; returns the page's path. Where no trial got its result now, a report that is there is kept. One that
 * cannot be written (a full disk, say) does not fail the sweep: the results are stored, and `scalesweep report` writes it again.
 */
export async function writeSweepReport(
  store: SqliteStore,
  sweep: SweepRecord,
  trained: number,
  options: SweepReportOptions,
  io: Io,
): Promise<string | undefined> {
  const out = options.out ?? path.join(path.dirname(options.db), 'reports', `${folderName(sweep.name)}-${sweep.id}`);
  const page = path.join(out, 'report.html');
  if (trained === 0 && existsSync(page)) return page;
  try {
    return (await writeReport(store, { sweep: sweep.id, out })).page;
  } catch (error) {
    io.err(`No report: ${messageOf(error)}`);
    io.err(`The results are stored. To write it: scalesweep report --sweep ${sweep.id} --out DIR --db ${options.db}`);
    return undefined;
  }
}

/** A grid's file may have a name as long as a file system takes: with the id behind it, it would be too long. */
function folderName(name: string): string {
  const cut = new TextDecoder().decode(Buffer.from(name).subarray(0, MOST_BYTES));
  return cut.replace(/\uFFFD+$/, '');
}

/** A name may have 255. */
const MOST_BYTES = 200;
