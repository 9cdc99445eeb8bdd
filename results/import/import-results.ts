/** Results trained elsewhere, into the store as a sweep of their own. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { contentHash, messageOf, ScalesweepError } from '../../contract/index.ts';
import type { Store } from '../store.ts';
import { readResults, type ReadOptions } from './read-results.ts';

interface ImportOptions extends ReadOptions {
  /** Which dataset the accuracies are on; only results of one dataset are compared. Needed unless the file is a published table. */
  readonly dataset?: string;
  /** @defaultValue the file's name without its extension */
  readonly name?: string;
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
  readonly notes: readonly string[];
}

/**
 * Importing the same file again is the same sweep, and adds nothing. The file is kept with the sweep, as a grid is.
 *
 * @throws {ScalesweepError} `NOT_FOUND` without the file, `USAGE` for what is in it; nothing is stored then.
 */
export function importResults(
  store: Pick<Store, 'createSweep' | 'addResults'>,
  file: string,
  options: ImportOptions,
): Imported {
  const text = readText(file);
  const { results, dataset: known, provenance, notes } = readResults(text, file, options);
  const dataset = options.dataset ?? known;
  if (dataset === undefined) {
    throw new ScalesweepError('USAGE', `Expected to be told the dataset of ${file}, got no --dataset`, {
      hint: 'Add `--dataset NAME`: accuracies on different datasets are never compared.',
    });
  }
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
  const added = store.addResults(sweep.id, dataset, results, options.now);
  return { sweep: sweep.id, name, dataset, provenance: provenance ?? null, results: results.length, added, notes };
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
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new ScalesweepError('USAGE', `Expected ${file} to be UTF-8 text, got other bytes`, { cause: error });
  }
}
