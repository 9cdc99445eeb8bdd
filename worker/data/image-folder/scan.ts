import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import pLimit from 'p-limit';
import { contentHash, messageOf, ScalesweepError } from '../../../contract/index.ts';
import type { Problem } from './problems.ts';
import { readSettings, type FolderSettings } from './settings.ts';

const SPLITS = ['train', 'test'] as const;
type FolderSplit = (typeof SPLITS)[number];

/** One file that may be an image. */
export interface Entry {
  readonly split: FolderSplit;
  readonly className: string;
  /** Relative to the dataset's folder. */
  readonly path: string;
}

export interface Scan {
  readonly folder: string;
  /** Sorted by path. */
  readonly entries: readonly Entry[];
  readonly problems: readonly Problem[];
  /** Changes whenever a file is added, removed or written. */
  readonly listing: string;
  readonly settings: FolderSettings;
}

/** Files that are asked for their size at one time: on a network disk each answer takes a while. */
const FILES_AT_ONCE = 16;

/** Names in code-unit order: the same on every machine. Hidden files are ignored. */
async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => !name.startsWith('.')).sort();
}

/** Whether an image folder lies here: it has a folder `train`. */
export async function isImageFolder(folder: string): Promise<boolean> {
  return stat(path.join(folder, 'train')).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

/**
 * Lists `FOLDER/train/CLASS/*` and `FOLDER/test/CLASS/*`. Nothing is opened: what the files hold is found when they are decoded.
 *
 * @throws {ScalesweepError} `DATASET_UNAVAILABLE` without a folder `train` or `test`, `DATASET_CORRUPT` for a bad `dataset.json`.
 */
export async function scanImageFolder(folder: string): Promise<Scan> {
  const limit = pLimit(FILES_AT_ONCE);
  const entries: Entry[] = [];
  const problems: Problem[] = [];
  const seen: unknown[] = [];
  for (const split of SPLITS) {
    const classes = await namesIn(path.join(folder, split)).catch((error: unknown) => {
      throw new ScalesweepError(
        'DATASET_UNAVAILABLE',
        `Expected class folders in ${path.join(folder, split)}, got ${messageOf(error)}`,
        {
          hint: 'An image folder holds train/CLASS/*.jpg and test/CLASS/*.jpg.',
          cause: error,
        },
      );
    });
    for (const className of classes) {
      const relative = path.posix.join(split, className);
      const stats = await stat(path.join(folder, relative)).catch(() => undefined);
      if (stats?.isDirectory() !== true) {
        problems.push({ path: relative, reason: 'not a class folder' });
        continue;
      }
      const names = await namesIn(path.join(folder, relative));
      if (names.length === 0) problems.push({ path: relative, reason: 'empty class folder' });
      const facts = await limit.map(names, async (name) => {
        const file = path.posix.join(relative, name);
        return { file, about: await stat(path.join(folder, file)).catch(() => undefined) };
      });
      for (const { file, about } of facts) {
        seen.push([file, about?.size ?? -1, about?.mtimeMs ?? -1]);
        if (about?.isDirectory() === true) problems.push({ path: file, reason: 'a folder where an image should be' });
        else entries.push({ split, className, path: file });
      }
    }
  }
  const settings = await readSettings(folder);
  return { folder, entries, problems, listing: contentHash([seen, settings]), settings };
}
