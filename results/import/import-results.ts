/** Results trained elsewhere, into the store as a sweep of their own. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { contentHash, messageOf, scalingAxes, ScalesweepError } from '../../contract/index.ts';
import type { ImportConflict } from '../imported.ts';
import type { ImportedResult } from '../result-row.ts';
import type { Store } from '../store.ts';
import { decodeCsv } from './decode.ts';
import { listed, readResults, type ReadOptions } from './read-results.ts';

interface ImportOptions extends ReadOptions {
  /** Which dataset the accuracies are on; only results of one dataset are compared. Needed unless the file is a published table. */
  readonly dataset?: string;
  /** @defaultValue the file's name without its extension */
  readonly name?: string;
  /** Of two values of one cell and seed the later stays: the last row of the file, the file before the store. @defaultValue false: refused */
  readonly replace?: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface Imported {
  readonly sweep: string;
  readonly name: string;
  readonly dataset: string;
  readonly provenance: string | null;
  /** Rows read. */
  readonly results: number;
  /** Of these, the ones that the store had not. */
  readonly added: number;
  /** Of these, the ones that said otherwise, and took the place of what there was. */
  readonly replaced: number;
  readonly notes: readonly string[];
}

/**
 * Importing the same file again is the same sweep, and adds nothing. The file is kept with the sweep, as a grid is.
 *
 * @throws {ScalesweepError} `NOT_FOUND` without the file, `USAGE` for what is in it, also for what it says otherwise than the
 * store without `replace`; nothing is stored then.
 */
export function importResults(
  store: Pick<Store, 'createSweep' | 'checkResults' | 'addResults'>,
  file: string,
  options: ImportOptions,
): Imported {
  const text = readText(file);
  const read = readResults(text, file, options);
  const { results, provenance } = read;
  const { replace = false } = options;
  const dataset = options.dataset ?? read.dataset;
  if (dataset === undefined) {
    throw new ScalesweepError('USAGE', `Expected to be told the dataset of ${file}, got no --dataset`, {
      hint: 'Add `--dataset NAME`: accuracies on different datasets are never compared.',
    });
  }
  const { conflicts, merged } = store.checkResults(dataset, results);
  const differences = conflicts.map((conflict) => difference(conflict, read, file));
  if (conflicts.length > 0 && !replace) throw refused(differences);
  const name = options.name ?? path.basename(file, path.extname(file));
  const sweep = store.createSweep({
    name,
    gridFile: file,
    gridText: text,
    gridHash: contentHash({ imported: text, dataset, trainImages: options.trainImages ?? null }),
    question: provenance ?? null,
    budgets: {},
    overrides: {},
    environment: {},
    createdAt: options.now,
  });
  const added = store.addResults(sweep.id, dataset, results, options.now, { replace });
  const notes = [
    ...read.notes,
    ...merged.map(
      ({ axis, given, taken }) => `${axis} ${given} is taken for ${taken}: values within 1e-9 of each other are one.`,
    ),
    ...(differences.length === 0 ? [] : [`Replaced:\n${listed(differences)}`]),
  ];
  const replaced = new Set(conflicts.map(({ index }) => index)).size;
  return {
    sweep: sweep.id,
    name,
    dataset,
    provenance: provenance ?? null,
    results: results.length,
    added,
    replaced,
    notes,
  };
}

/** `mine.csv:3: minivalTop1 0.9, line 2 has 0.8 (width 1, depth 14, resolution 28, epochs 5, seed 0)`. */
function difference(
  { index, other, seed, field, old, given }: ImportConflict,
  { results, lines }: { readonly results: readonly ImportedResult[]; readonly lines: readonly number[] },
  file: string,
): string {
  const cell = scalingAxes.map((axis) => `${axis} ${results[index]![axis]}`).join(', ');
  const whose = other === null ? 'the store' : `line ${lines[other]}`;
  return `${file}:${lines[index]}: ${field} ${given}, ${whose} has ${old} (${cell}, seed ${seed})`;
}

function refused(differences: readonly string[]): ScalesweepError {
  const message = `Expected one value of a cell and seed, got another:\n${listed(differences)}`;
  return new ScalesweepError('USAGE', message, {
    hint: 'Give other trainings of a cell a `seed` of their own; to keep the later value, of the file before the store, add --replace.',
  });
}

function readText(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new ScalesweepError('NOT_FOUND', `Expected a readable CSV file, got ${file}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return decodeCsv(bytes, file);
}
