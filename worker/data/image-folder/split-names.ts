import { ScalesweepError, type DataSpec } from '../../../contract/index.ts';
import { datasetCacheDir, datasetDir } from '../../storage/paths.ts';
import { findDescriptor } from '../catalog.ts';
import type { Split } from '../dataset.ts';
import type { FetchOptions } from '../fetch.ts';
import { splitByDigest } from '../split.ts';
import { findFolder } from './open-folder.ts';

/** Which photographs a trial trains on, chooses by and is tested on: files below `folder`. */
export type SplitNames = Readonly<Record<Split, readonly string[]>> & { readonly folder: string };

/**
 * The files of a trial's split: the same images, in the same order, as an engine of this program has them.
 *
 * @throws {ScalesweepError} `USAGE` for a dataset that has no image files, or was packed by a version that did not keep their names; else as
 * `openImageFolder`.
 */
export async function splitNames(data: DataSpec, options: FetchOptions = {}): Promise<SplitNames> {
  const { name } = data;
  const { cacheDir = datasetCacheDir(), log = () => undefined } = options;
  if (findDescriptor(name) !== undefined) {
    throw new ScalesweepError('USAGE', `Expected a folder of photographs for {split}, got ${name}`, {
      hint: 'It has no image files: {data} gives its images, split.',
    });
  }
  const { file, index } = await findFolder(data, { ...options, cacheDir, log });
  const { facts, images, digests, paths } = index;
  if (paths === undefined) {
    throw new ScalesweepError('USAGE', `Expected the names of the images in ${file}, got a file without them`, {
      hint: `An older version packed it: remove it, and run scalesweep data fetch ${name}.`,
    });
  }
  const labels = Uint16Array.from(images.slice(0, facts.trainImages), ({ label }) => label);
  const { train, minival } = splitByDigest(digests, labels, data);
  const named = (chosen: Uint32Array): string[] => Array.from(chosen, (at) => paths[at]!);
  return {
    folder: datasetDir(cacheDir, name),
    train: named(train),
    minival: named(minival),
    test: paths.slice(facts.trainImages),
  };
}
