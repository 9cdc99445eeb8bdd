import { EXIT } from '../../contract/index.ts';
import { importResults } from '../../results/import/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import type { StoreOptions } from '../cli/shared-options.ts';
import { steerStore } from '../launch/store-access.ts';
import { countOf } from '../progress/words.ts';

export interface ImportCommandOptions extends StoreOptions {
  readonly dataset?: string;
  readonly name?: string;
}

/** `scalesweep import`: results trained elsewhere, as a sweep; importing a file twice adds nothing. */
export async function importFile(file: string, options: ImportCommandOptions, io: Io): Promise<number> {
  const { dataset, name } = options;
  const imported = await steerStore(options.db, (store) =>
    importResults(store, file, {
      ...(dataset === undefined ? {} : { dataset }),
      ...(name === undefined ? {} : { name }),
      now: Date.now(),
    }),
  );
  for (const note of imported.notes) io.err(note);
  if (options.json === true) printJson(io, imported);
  else
    io.out(
      `${imported.name} (${imported.sweep}): ${countOf(imported.results, 'result')} on ${imported.dataset}, ${imported.added} new`,
    );
  return EXIT.done;
}
