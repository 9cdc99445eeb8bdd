/** Gets the files of a dataset into the cache: whole, of the pinned content, or not at all. */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { dataSpec, messageOf, ScalesweepError, systemCode } from '../../contract/index.ts';
import { datasetCacheDir, datasetDir } from '../storage/paths.ts';
import { removeAbandoned, writeFileAtomically } from '../storage/write-file.ts';
import { findDescriptor, unknownDataset } from './catalog.ts';
import type { DatasetDescriptor, DatasetFile, DatasetSource } from './descriptor.ts';
import { fetchImageFolder, type FolderFacts } from './image-folder/open-folder.ts';
import { isImageFolder } from './image-folder/scan.ts';
import { packedCacheSource } from './sources/folder.ts';
import { inWritableCache, placesOf } from './writable-cache.ts';

export interface FetchOptions {
  /** Default: `$SCALESWEEP_DATA`, or `~/.cache/scalesweep/datasets`. */
  readonly cacheDir?: string;
  /** What cannot be written into the cache is kept here. Default: a folder below `~/.cache/scalesweep`. */
  readonly secondDir?: string;
  /** Of photographs that were packed before: only how many were left out, not which. */
  readonly isBrief?: boolean;
  /** One line for each thing worth telling. Default: nobody is told. */
  readonly log?: (line: string) => void;
}

export interface FetchedDataset {
  readonly name: string;
  readonly identity: string;
  readonly folder: string;
  /** Where the files came from, in order; `['cache']` when nothing had to be fetched. */
  readonly sources: readonly string[];
  /** The checked contents, by file name; none for an image folder. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
  /** Of an image folder: what a grid has to say about it. */
  readonly photographs?: FolderFacts;
}

/** What is wrong with a content, or `undefined`. */
function fault(content: Uint8Array, file: DatasetFile): string | undefined {
  if (content.length !== file.bytes) return `expected ${file.bytes} bytes, got ${content.length}`;
  const sha256 = createHash('sha256').update(content).digest('hex');
  return sha256 === file.sha256 ? undefined : `expected SHA-256 ${file.sha256}, got ${sha256}`;
}

/** Takes over what verifies; returns what was wrong with the rest. */
function accept(
  given: ReadonlyMap<string, Uint8Array>,
  wanted: readonly DatasetFile[],
  contents: Map<string, Uint8Array>,
): string[] {
  const faults: string[] = [];
  for (const file of wanted) {
    const content = given.get(file.name);
    const wrong = content === undefined ? 'not there' : fault(content, file);
    if (content !== undefined && wrong === undefined) contents.set(file.name, content);
    else faults.push(`${file.name}: ${wrong}`);
  }
  return faults;
}

async function readCache(
  folder: string,
  files: readonly DatasetFile[],
): Promise<{ found: Map<string, Uint8Array>; unreadable: string[] }> {
  const found = new Map<string, Uint8Array>();
  const unreadable: string[] = [];
  for (const { name } of files) {
    try {
      found.set(name, await readFile(path.join(folder, name)));
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') unreadable.push(`${path.join(folder, name)}: ${messageOf(error)}`);
    }
  }
  return { found, unreadable };
}

async function askSource(
  source: DatasetSource,
  wanted: readonly DatasetFile[],
  log: (line: string) => void,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'scalesweep-fetch-'));
  try {
    return await source.fetch(wanted, { scratch, log });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function unavailable(
  name: string,
  folder: string,
  corrupt: readonly string[],
  tried: readonly string[],
): ScalesweepError {
  const list = [...corrupt.map((line) => `cache: ${line}`), ...tried].map((line) => `\n  - ${line}`).join('');
  return corrupt.length > 0
    ? new ScalesweepError(
        'DATASET_CORRUPT',
        `Expected the cached files of ${name} to be whole, got damaged ones, and no source to replace them:${list}`,
        {
          hint: `Put whole files (or their .gz) into ${folder}, or run again where a source can be reached.`,
        },
      )
    : new ScalesweepError(
        'DATASET_UNAVAILABLE',
        `Expected to get the dataset ${name} from one of its sources, got nothing:${list}`,
        {
          hint: `Put its files (or their .gz) into ${folder}, or run again where a source can be reached.`,
        },
      );
}

/** {@link fetchDataset} for a dataset that is described rather than named. */
export async function fetchDescribed(
  descriptor: DatasetDescriptor,
  options: FetchOptions = {},
): Promise<FetchedDataset> {
  const { name, identity, files } = descriptor;
  const { cacheDir = datasetCacheDir(), log = () => undefined } = options;
  const places = { ...options, cacheDir };
  const folder = datasetDir(cacheDir, name);
  const contents = new Map<string, Uint8Array>();
  const missing = (): DatasetFile[] => files.filter((file) => !contents.has(file.name));

  const corrupt: string[] = [];
  for (const place of placesOf(places)) {
    const kept = datasetDir(place, name);
    const { found, unreadable } = await readCache(kept, missing());
    const present = missing().filter((file) => found.has(file.name));
    corrupt.push(...unreadable, ...accept(found, present, contents).map((line) => path.join(kept, line)));
  }
  for (const line of corrupt) log(`damaged, to be fetched again: ${line}`);
  if (missing().length === 0) return { name, identity, folder, sources: ['cache'], contents };

  const tried: string[] = [];
  const used: string[] = [];
  for (const source of [packedCacheSource(folder), ...descriptor.sources]) {
    const wanted = missing();
    if (wanted.length === 0) break;
    let faults: string[];
    try {
      faults = accept(await askSource(source, wanted, log), wanted, contents);
    } catch (error) {
      faults = [messageOf(error)];
    }
    const taken = wanted.filter((file) => contents.has(file.name));
    await inWritableCache(name, places, log, async (place) => {
      for (const file of taken)
        await writeFileAtomically(path.join(datasetDir(place, name), file.name), [contents.get(file.name)!]);
    });
    if (taken.length > 0) {
      used.push(source.name);
      log(`${name}: ${taken.length} of ${files.length} files from ${source.name}`);
    }
    tried.push(...faults.map((line) => `${source.name}: ${line}`));
  }
  await removeAbandoned(folder);
  if (missing().length > 0) throw unavailable(name, folder, corrupt, tried);
  return { name, identity, folder, sources: used, contents };
}

/**
 * Gets a dataset into the cache from the first source that has it, each file checked against the content that is pinned in
 * the program; an image folder that lies in the cache is packed. Several processes may do so at once.
 *
 * @throws {ScalesweepError} `DATASET_UNAVAILABLE` for a name that is not known, or naming each source and why it failed;
 * `DATASET_CORRUPT` naming the damaged files that no source could replace, or the images of a folder that cannot be used;
 * `DISK_FULL`, `STORE_UNWRITABLE`.
 */
export async function fetchDataset(name: string, options: FetchOptions = {}): Promise<FetchedDataset> {
  const descriptor = findDescriptor(name);
  if (descriptor !== undefined) return fetchDescribed(descriptor, options);
  const { cacheDir = datasetCacheDir(), log = () => undefined } = options;
  const folder = datasetDir(cacheDir, name);
  // Also keeps a name such as "../x" from leading out of the cache.
  if (!dataSpec.shape.name.safeParse(name).success || !(await isImageFolder(folder)))
    throw unknownDataset(name, folder);
  const photographs = await fetchImageFolder(name, { ...options, cacheDir, log });
  return { name, identity: photographs.identity, folder, sources: [folder], contents: new Map(), photographs };
}
