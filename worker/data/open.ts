import path from 'node:path';
import { messageOf, ScalesweepError, type DataSpec, systemCode } from '../../contract/index.ts';
import { datasetCacheDir, datasetDir, preparedFile } from '../storage/paths.ts';
import { removeAbandoned } from '../storage/write-file.ts';
import { findDescriptor, unknownDataset } from './catalog.ts';
import { classCounts, type Dataset, type ImageShape } from './dataset.ts';
import type { DatasetDescriptor } from './descriptor.ts';
import { fetchDescribed, type FetchOptions } from './fetch.ts';
import { openImageFolder } from './image-folder/open-folder.ts';
import { isImageFolder } from './image-folder/scan.ts';
import { memoryBytes, type MemoryDataset } from './memory-set.ts';
import { OpenSets } from './open-sets.ts';
import { prepareDataset } from './prepare.ts';
import { preparedKey, readPrepared, writePrepared } from './prepared-file.ts';
import { inWritableCache, placesOf, type CachePlaces } from './writable-cache.ts';

type Log = (line: string) => void;

const openSets = new OpenSets();

/** Forgets the datasets that this process keeps in memory. */
export function closeDatasets(): void {
  openSets.clear();
}

async function readPreparedIfWhole(
  places: CachePlaces,
  name: string,
  key: string,
  log: Log,
): Promise<MemoryDataset | undefined> {
  for (const place of placesOf(places)) {
    const file = preparedFile(place, name, key);
    try {
      return await readPrepared(file, key);
    } catch (error) {
      // A cache must not make a trial fail: a file that cannot be read is logged and made again.
      if (systemCode(error) !== 'ENOENT') log(`ignored ${file}: ${messageOf(error)}`);
    }
  }
  return undefined;
}

/** `580-622 each`. */
function balance(counts: readonly number[]): string {
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? `${least} each` : `${least}-${most} each`;
}

/** Size and class balance of each split, the same at every resolution: `train 50 (16-17 each), minival ...`. */
export function describeSplits({ classes, train, minival, test }: Dataset): string {
  return Object.entries({ train, minival, test })
    .map(([split, set]) => `${split} ${set.count} (${balance(classCounts(set, classes))})`)
    .join(', ');
}

function describe(dataset: Dataset): string {
  const { name, classes, train } = dataset;
  return `${name} at ${train.side} px, ${classes} classes: ${describeSplits(dataset)}`;
}

async function prepareAndKeep(
  descriptor: DatasetDescriptor,
  data: DataSpec,
  shape: ImageShape,
  options: CachePlaces & { readonly log: Log },
  key: string,
): Promise<MemoryDataset> {
  const { contents } = await fetchDescribed(descriptor, options);
  const raw = await descriptor.decode(contents);
  const dataset = prepareDataset(raw, { ...data, classes: descriptor.classes }, shape);
  try {
    // Nobody is told where: each trial makes its own, and none needs it.
    await inWritableCache(
      data.name,
      options,
      () => undefined,
      async (place) => {
        const file = preparedFile(place, data.name, key);
        await writePrepared(file, key, dataset);
        await removeAbandoned(path.dirname(file));
      },
    );
  } catch (error) {
    options.log(`not kept for other trials: ${messageOf(error)}`);
  }
  return dataset;
}

/** {@link openDataset} for a dataset that is described rather than named. */
export async function openDescribed(
  descriptor: DatasetDescriptor,
  data: DataSpec,
  shape: ImageShape,
  options: FetchOptions = {},
): Promise<Dataset> {
  const { cacheDir = datasetCacheDir(), log = () => undefined } = options;
  if (data.identity !== descriptor.identity) {
    throw new ScalesweepError(
      'DATASET_UNAVAILABLE',
      `Expected ${data.name} with the content ${data.identity}, got ${descriptor.identity}: this program has another version of it`,
      { hint: 'Plan and train with the same version of scalesweep.' },
    );
  }
  if (shape.classes !== undefined && shape.classes !== descriptor.classes) {
    throw new ScalesweepError(
      'USAGE',
      `Expected model.classes to be ${descriptor.classes}, the classes of ${data.name}, got ${shape.classes}`,
    );
  }
  const key = preparedKey(data, shape);
  const places = { ...options, cacheDir, log };
  return openSets.get(preparedFile(cacheDir, data.name, key), async () => {
    const dataset =
      (await readPreparedIfWhole(places, data.name, key, log)) ??
      (await prepareAndKeep(descriptor, data, shape, places, key));
    log(describe(dataset));
    return { dataset: { ...dataset, classNames: descriptor.classNames }, bytes: memoryBytes(dataset) };
  });
}

/**
 * A dataset at a cell's resolution, ready to train on: from this process's memory, from the prepared file in the cache, or
 * made from the dataset's files, which are fetched if need be. The split depends on the images' contents alone
 * (`split.ts`); sizes come from `data`, and the class balance is logged.
 *
 * @throws {ScalesweepError} `USAGE` when the dataset cannot give what is asked, else as {@link fetchDataset}.
 */
export async function openDataset(data: DataSpec, shape: ImageShape, options: FetchOptions = {}): Promise<Dataset> {
  const descriptor = findDescriptor(data.name);
  if (descriptor !== undefined) return openDescribed(descriptor, data, shape, options);
  const { cacheDir = datasetCacheDir(), log = () => undefined } = options;
  const folder = datasetDir(cacheDir, data.name);
  if (!(await isImageFolder(folder))) throw unknownDataset(data.name, folder);
  return openSets.get(`${folder}/${preparedKey(data, shape)}`, async () => {
    const { dataset, close } = await openImageFolder(data, shape, { ...options, cacheDir, log });
    log(describe(dataset));
    // Photographs stay on the disk.
    return { dataset, bytes: 0, close };
  });
}
