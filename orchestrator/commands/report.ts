import path from 'node:path';
import { EXIT } from '../../contract/index.ts';
import { writeReport } from '../../report/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import { scopeOf, type ScopedOptions } from '../cli/scope-options.ts';
import { hasNothingToSay } from '../launch/no-results.ts';
import { readStore } from '../launch/store-access.ts';

export interface ReportCommandOptions extends ScopedOptions {
  /** @defaultValue `report`, beside the store */
  readonly out?: string;
}

/** `scalesweep report`: one page with its figures, of all results on the latest sweep's dataset, or of one sweep. */
export async function report(options: ReportCommandOptions, io: Io): Promise<number> {
  const out = options.out ?? path.join(path.dirname(options.db), 'report');
  const written = await readStore(options.db, (store) =>
    hasNothingToSay(store, options, io) ? undefined : writeReport(store, { ...scopeOf(options), out }),
  );
  if (written === undefined) return EXIT.done;
  if (options.json === true) printJson(io, written);
  else io.out(written.page);
  return EXIT.done;
}
