import { EXIT } from '../../contract/index.ts';
import { epochCurves, exportEpochs, exportRows, resultRows, type ExportFormat } from '../../results/index.ts';
import type { Io } from '../cli/io.ts';
import { scopeOf, type ScopedOptions } from '../cli/scope-options.ts';
import { writeWhole } from '../cli/write-whole.ts';
import { readStore } from '../launch/store-access.ts';
import { countOf } from '../progress/words.ts';

export interface ExportCommandOptions extends ScopedOptions {
  readonly format?: ExportFormat;
  /** Learning curves: a row per trial and epoch. */
  readonly epochs?: boolean;
  /** @defaultValue standard output */
  readonly out?: string;
}

/** `scalesweep export`: one row per finished trial, or with `--epochs` one per trial and epoch. `--json` is `--format json`. */
export async function exportResults(options: ExportCommandOptions, io: Io): Promise<number> {
  const format = options.format ?? (options.json === true ? 'json' : 'csv');
  const { bytes, count, what } = await readStore(options.db, (store) => {
    const rows = resultRows(store, scopeOf(options));
    return options.epochs === true
      ? { ...exportEpochs(rows, epochCurves(store, scopeOf(options)), format), what: 'epoch' }
      : { bytes: exportRows(rows, format), count: rows.length, what: 'result' };
  });
  if (options.out === undefined) io.outBytes(bytes);
  else {
    writeWhole(options.out, bytes);
    io.err(`${countOf(count, what)} in ${options.out}`);
  }
  return EXIT.done;
}
