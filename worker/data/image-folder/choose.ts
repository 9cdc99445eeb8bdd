/** Which of the images that could be decoded belong to the dataset, by the policy of its owner. */
import { ScalesweepError } from '../../../contract/index.ts';
import { findCopies } from './copies.ts';
import type { Remarks } from './remarks.ts';
import { summarise, type Problem } from './problems.ts';
import type { Entry, Scan } from './scan.ts';
import { settingsFile } from './settings.ts';
import type { Stored } from './store-image.ts';

/** An image that lies in the packed file already. */
export type StoredAt = Omit<Stored, 'pixels'> & { readonly offset: number; readonly checksum: number };

interface Chosen {
  readonly kept: readonly StoredAt[];
  /** Copies that are left out, though their pixels are in the file. */
  readonly leftOut: readonly Entry[];
  /** Those with a training image, sorted: their position is the label. */
  readonly classes: readonly string[];
  readonly remarks: Remarks;
}

/**
 * @param unusable what could not be decoded or is no image.
 * @throws {ScalesweepError} `DATASET_CORRUPT` with one summary of all that the policy refuses, or where fewer than two classes are left.
 */
export function choose(name: string, scan: Scan, stored: readonly StoredAt[], unusable: readonly Problem[]): Chosen {
  const { badImages, duplicates = badImages } = scan.settings;
  const found = findCopies(stored);
  const copies = found.map(({ problem }) => problem);
  const copied = new Set(duplicates === 'skip' ? found.map(({ at }) => at) : []);
  const single = stored.filter((_, at) => !copied.has(at));
  const classes = [
    ...new Set(single.filter(({ entry }) => entry.split === 'train').map(({ entry }) => entry.className)),
  ].sort();
  const trained = new Set(classes);
  const kept = single.filter(({ entry }) => trained.has(entry.className));
  const bad = [...unusable, ...untrained(scan, trained)];
  const missing = untested(scan, kept, classes);
  refuseIfBad(
    name,
    scan,
    classes,
    [...(badImages === 'refuse' ? [...bad, ...missing] : []), ...(duplicates === 'refuse' ? copies : [])],
    [...bad, ...copies],
  );
  return {
    kept,
    leftOut: [...copied].map((at) => stored[at]!.entry),
    classes,
    remarks: {
      problems: duplicates === 'skip' ? [...bad, ...copies] : bad,
      notes: [...scan.notes, ...missing, ...(duplicates === 'keep' ? copies : [])],
    },
  };
}

/** Classes without a usable training image cannot be learnt; test images of classes that are not trained cannot be right. */
function untrained({ entries }: Scan, trained: ReadonlySet<string>): Problem[] {
  const named = new Set(entries.map(({ className }) => className));
  return [...named]
    .filter((className) => !trained.has(className))
    .map((className) => ({ path: className, reason: 'class without a usable training image' }));
}

/** Classes that the test accuracy says nothing about. */
function untested({ testFolder }: Scan, kept: readonly StoredAt[], classes: readonly string[]): Problem[] {
  const tested = new Set(kept.filter(({ entry }) => entry.split === 'test').map(({ entry }) => entry.className));
  if (tested.size === 0) return [{ path: testFolder, reason: 'no usable test image' }];
  return classes
    .filter((className) => !tested.has(className))
    .map((className) => ({ path: className, reason: 'class without a usable test image' }));
}

function refuseIfBad(
  name: string,
  { folder }: Scan,
  classes: readonly string[],
  refused: readonly Problem[],
  all: readonly Problem[],
): void {
  if (classes.length < 2) {
    throw new ScalesweepError(
      'DATASET_CORRUPT',
      `Expected images of two classes or more in ${folder}, got ${classes.length}${summarise(all)}`,
    );
  }
  if (refused.length === 0) return;
  const isCopied = refused.some(({ copyOf }) => copyOf !== undefined);
  throw new ScalesweepError(
    'DATASET_CORRUPT',
    `Expected every image of ${name} to be usable, got ${refused.length} that are not:${summarise(refused)}`,
    {
      hint:
        `Fix or remove them, or set "badImages": "skip" in ${settingsFile(folder)} to leave them out` +
        (isCopied ? ' ("duplicates": "keep" to keep the copies).' : '.'),
    },
  );
}
