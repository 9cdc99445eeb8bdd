import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import pLimit from 'p-limit';
import { contentHash, messageOf, ScalesweepError, systemCode } from '../../../contract/index.ts';
import { classNames, isJunk } from './class-names.ts';
import { readingFault } from './decode.ts';
import type { Problem } from './problems.ts';
import { readSettings, type FolderSettings } from './settings.ts';
import { findTestFolder } from './test-folder.ts';

/** One file that may be an image. */
export interface Entry {
  readonly split: 'train' | 'test';
  readonly className: string;
  /** Relative to the dataset's folder. */
  readonly path: string;
}

export interface Scan {
  readonly folder: string;
  /** The training set first, each split sorted by path. */
  readonly entries: readonly Entry[];
  readonly problems: readonly Problem[];
  /** What the owner should know, and nothing is wrong with. */
  readonly notes: readonly Problem[];
  /** `test`, or the folder that is taken for it. */
  readonly testFolder: string;
  /** Changes whenever a file is added, removed or written. */
  readonly listing: string;
  readonly settings: FolderSettings;
}

/** Files that are asked for their size at one time: on a network disk each answer takes a while. */
const FILES_AT_ONCE = 16;

/** Names in code-unit order: the same on every machine. */
async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => !isJunk(name)).sort();
}

/**
 * Whether an image folder lies here: it has a folder `train`.
 *
 * @throws {ScalesweepError} `DATASET_UNAVAILABLE` for a folder that this user may not look into.
 */
export async function isImageFolder(folder: string): Promise<boolean> {
  try {
    return (await stat(path.join(folder, 'train'))).isDirectory();
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return false;
    throw new ScalesweepError('DATASET_UNAVAILABLE', `Expected to look into ${folder}, got ${messageOf(error)}`, {
      hint: 'Let its owner give you read access (chmod -R a+rX).',
      cause: error,
    });
  }
}

async function classFolders(folder: string, splitFolder: string): Promise<string[]> {
  try {
    return await namesIn(path.join(folder, splitFolder));
  } catch (error) {
    throw new ScalesweepError(
      'DATASET_UNAVAILABLE',
      `Expected class folders in ${path.join(folder, splitFolder)}, got ${messageOf(error)}`,
      {
        hint:
          systemCode(error) === 'ENOENT'
            ? 'An image folder holds train/CLASS/*.jpg and test/CLASS/*.jpg (or val/CLASS/*.jpg).'
            : 'Let its owner give you read access (chmod -R a+rX).',
        cause: error,
      },
    );
  }
}

/**
 * Lists `FOLDER/train/CLASS/*` and `FOLDER/test/CLASS/*` (`val` or `validation` where there is no `test`). Nothing is opened: what
 * the files hold is found when they are decoded.
 *
 * @throws {ScalesweepError} `DATASET_UNAVAILABLE` without a folder `train` or `test`, `DATASET_CORRUPT` for a bad `dataset.json`.
 */
export async function scanImageFolder(folder: string): Promise<Scan> {
  const limit = pLimit(FILES_AT_ONCE);
  const { testFolder, notes } = await findTestFolder(folder);
  const splits = [
    { split: 'train', within: 'train', classes: await classFolders(folder, 'train') },
    { split: 'test', within: testFolder, classes: await classFolders(folder, testFolder) },
  ] as const;
  const nameOf = classNames(splits.flatMap(({ classes }) => classes));
  const entries: Entry[] = [];
  const problems: Problem[] = [];
  const seen: unknown[] = [];
  for (const { split, within, classes } of splits) {
    for (const spelling of classes) {
      const className = nameOf.get(spelling)!;
      const relative = path.posix.join(within, spelling);
      if (className !== spelling) notes.push({ path: relative, reason: 'one class written in several Unicode forms' });
      const listed = await listClass(folder, relative, limit);
      if ('reason' in listed) {
        problems.push(listed);
        continue;
      }
      if (listed.length === 0) problems.push({ path: relative, reason: 'empty class folder' });
      for (const { file, about } of listed) {
        seen.push([file, about?.size ?? -1, about?.mtimeMs ?? -1]);
        if (about?.isDirectory() === true) problems.push({ path: file, reason: 'a folder where an image should be' });
        else entries.push({ split, className, path: file });
      }
    }
  }
  const settings = await readSettings(folder);
  return { folder, entries, problems, notes, testFolder, listing: contentHash([seen, settings]), settings };
}

type Listed = readonly { readonly file: string; readonly about: Awaited<ReturnType<typeof stat>> | undefined }[];

/** The files of a class folder, by their path, or why there are none to be had. */
async function listClass(
  folder: string,
  relative: string,
  limit: ReturnType<typeof pLimit>,
): Promise<Listed | Problem> {
  try {
    const stats = await stat(path.join(folder, relative));
    if (!stats.isDirectory()) return { path: relative, reason: 'not a class folder' };
    return await limit.map(await namesIn(path.join(folder, relative)), async (name) => {
      const file = path.posix.join(relative, name);
      return { file, about: await stat(path.join(folder, file)).catch(() => undefined) };
    });
  } catch (error) {
    return { path: relative, reason: systemCode(error) === 'ENOENT' ? 'not a class folder' : readingFault(error) };
  }
}
