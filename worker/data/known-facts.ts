/** What is known of a dataset without fetching, packing or decoding anything. */
import type { DataSpec, ModelSpec } from '../../contract/index.ts';
import { datasetCacheDir, datasetDir } from '../storage/paths.ts';
import { findDescriptor } from './catalog.ts';
import type { FetchOptions } from './fetch.ts';
import { checkFit, type PackedFolder } from './image-folder/check-fit.ts';
import { packedFolder } from './image-folder/open-folder.ts';
import { tell } from './image-folder/remarks.ts';
import { shownUpTo, storedSideFor } from './image-folder/stored-size.ts';

type Named = Pick<DataSpec, 'name' | 'identity'>;

/** The classes of a dataset in the order of its labels; `undefined` where its content is not on this machine. */
export async function classNamesOf(data: Named, options: FetchOptions = {}): Promise<readonly string[] | undefined> {
  const descriptor = findDescriptor(data.name);
  if (descriptor !== undefined) return descriptor.identity === data.identity ? descriptor.classNames : undefined;
  const { cacheDir = datasetCacheDir(), log = () => undefined } = options;
  const packed = await packedFolder(data, { ...options, cacheDir, log });
  return packed?.identity === data.identity ? packed.classes : undefined;
}

/** What is packed of an image folder; `undefined` where nothing is. */
export async function packedFacts(name: string, options: FetchOptions = {}): Promise<PackedFolder | undefined> {
  const { cacheDir = datasetCacheDir(), log = () => undefined } = options;
  return packedFolder({ name, identity: '' }, { ...options, cacheDir, log });
}

/**
 * Tells what was left out of an image folder when it was packed, and returns a check of trials against what is there;
 * `undefined` where nothing is packed, or another content.
 *
 * @param options `enlarged` is told of resolutions that are larger than some of the images.
 *
 * @throws {ScalesweepError} `DATASET_CORRUPT` for a bad `dataset.json`; the check, `USAGE` for what a worker would refuse.
 */
export async function lookAtPhotographs(
  data: Named,
  options: FetchOptions & { readonly enlarged?: (line: string) => void } = {},
): Promise<((trial: { readonly data: DataSpec; readonly model: ModelSpec }) => void) | undefined> {
  const { cacheDir = datasetCacheDir(), log = () => undefined } = options;
  const packed = await packedFolder(data, { ...options, cacheDir, log });
  if (packed === undefined) return undefined;
  if (packed.identity !== data.identity) {
    log(`${data.name}: the packed images on this machine are ${packed.identity}, the grid names ${data.identity}`);
    return undefined;
  }
  if (packed.remarks !== undefined) tell(data.name, packed.remarks, true, log);
  const folder = datasetDir(cacheDir, data.name);
  const told = new Set<number>();
  return ({ data: asked, model }) => {
    checkFit(asked, model, packed, folder);
    const { resolution } = model;
    if (resolution <= shownUpTo(packed.smallestSide) || told.has(resolution)) return;
    told.add(resolution);
    options.enlarged?.(
      `${data.name}: at ${resolution} px, images with a shorter side below ${storedSideFor(resolution)} px are enlarged; the smallest has ${packed.smallestSide}`,
    );
  };
}
