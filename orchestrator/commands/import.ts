import { EXIT } from '../../contract/index.ts';
import { importResults, type Imported } from '../../results/import/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import type { StoreOptions } from '../cli/shared-options.ts';
import { steerStore } from '../launch/store-access.ts';
import { countOf } from '../progress/words.ts';

export interface ImportCommandOptions extends StoreOptions {
  readonly dataset?: string;
  readonly name?: string;
  readonly replace?: boolean;
}

/** `scalesweep import`: results trained elsewhere, as a sweep; importing a file twice adds nothing. */
export async function importFile(file: string, options: ImportCommandOptions, io: Io): Promise<number> {
  const { dataset, name, replace = false } = options;
  const imported = await steerStore(options.db, (store) =>
    importResults(store, file, {
      ...(dataset === undefined ? {} : { dataset }),
      ...(name === undefined ? {} : { name }),
      replace,
      now: Date.now(),
    }),
  );
  for (const note of imported.notes) io.err(note);
  if (options.json === true) printJson(io, imported);
  else io.out(importedText(imported));
  return EXIT.done;
}

/** `rows (9c1f06a3b2d4): 12 results on mine, 2 new, 9 already there, 1 replaced`. */
function importedText({ name, sweep, results, dataset, added, replaced }: Imported): string {
  const known = results - added - replaced;
  const parts = [`${countOf(results, 'result')} on ${dataset}`, `${added} new`];
  if (known > 0) parts.push(`${known} already there`);
  if (replaced > 0) parts.push(`${replaced} replaced`);
  return `${name} (${sweep}): ${parts.join(', ')}`;
}
