import { EXIT } from '../../contract/index.ts';
import { exportRows, resultRows, type ExportFormat } from '../../results/index.ts';
import type { Io } from '../cli/io.ts';
import { scopeOf, type ScopedOptions } from '../cli/scope-options.ts';
import { writeWhole } from '../cli/write-whole.ts';
import { readStore } from '../launch/store-access.ts';
import { countOf } from '../progress/words.ts';

export interface ExportCommandOptions extends ScopedOptions {
  readonly format?: ExportFormat;
  /** @defaultValue standard output */
  readonly out?: string;
}

/** `scalesweep export`: one row per finished trial. `--json` is `--format json`. */
export async function exportResults(options: ExportCommandOptions, io: Io): Promise<number> {
  const format = options.format ?? (options.json === true ? 'json' : 'csv');
  const rows = await readStore(options.db, (store) => resultRows(store, scopeOf(options)));
  const bytes = exportRows(rows, format);
  if (options.out === undefined) io.outBytes(bytes);
  else {
    writeWhole(options.out, bytes);
    io.err(`${countOf(rows.length, 'result')} in ${options.out}`);
  }
  return EXIT.done;
}
