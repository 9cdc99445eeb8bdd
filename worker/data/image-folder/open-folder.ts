import { ScalesweepError, type DataSpec } from '../../../contract/index.ts';
import { datasetDir } from '../../storage/paths.ts';
import type { Dataset, ImageShape } from '../dataset.ts';
import { splitByDigest } from '../split.ts';
import { checkFit, type PackedFolder } from './check-fit.ts';
import { ensurePacked, findIndex, type FolderOptions } from './pack-once.ts';
import type { PackedIndex } from './packed-file.ts';
import { packedSet, packedTable, PackedReader } from './packed-images.ts';
import type { Remarks } from './remarks.ts';
import { readSettings } from './settings.ts';
import { storedSideFor } from './stored-size.ts';

/** What a grid has to say about an image folder, and what was found in it. */
export interface FolderFacts extends Remarks {
  readonly identity: string;
  readonly classes: readonly string[];
  readonly trainImages: number;
  readonly testImages: number;
  /** Shorter side of the smallest image, pixels. */
  readonly smallestSide: number;
}

/**
 * Packs an image folder as its `dataset.json` says; a folder that did not change is not packed again.
 *
 * @throws {ScalesweepError} as {@link scanImageFolder} and {@link packImageFolder}; `STORE_UNWRITABLE`.
 */
export async function fetchImageFolder(name: string, options: FolderOptions): Promise<FolderFacts> {
  const { resolution } = await readSettings(datasetDir(options.cacheDir, name));
  const { index, remarks } = await ensurePacked(name, storedSideFor(resolution), options);
  return { ...factsOf(index), ...remarks };
}

function factsOf({ facts, images }: PackedIndex): Omit<FolderFacts, keyof Remarks> {
  const { identity, classes, trainImages } = facts;
  const smallestSide = images.reduce((least, { width, height }) => Math.min(least, width, height), Infinity);
  return { identity, classes, trainImages, testImages: images.length - trainImages, smallestSide };
}

const IDENTITY = /^imagefolder\/[0-9a-f]{16}@(\d+)$/;

/** The shorter side that the images of an identity are stored with. */
async function sideOf(identity: string, folder: string): Promise<number> {
  const named = IDENTITY.exec(identity)?.[1];
  return named === undefined ? storedSideFor((await readSettings(folder)).resolution) : Number(named);
}

/**
 * What is packed of an image folder, of the identity asked for or of another; nothing is packed, no photograph looked at.
 *
 * @throws {ScalesweepError} `DATASET_CORRUPT` for a bad `dataset.json`.
 */
export async function packedFolder(
  { name, identity }: Pick<DataSpec, 'name' | 'identity'>,
  options: FolderOptions,
): Promise<PackedFolder | undefined> {
  const side = await sideOf(identity, datasetDir(options.cacheDir, name));
  const right = await findIndex(name, side, options, (facts) => facts.identity === identity);
  const { index } = right ?? (await findIndex(name, side, options, () => true)) ?? {};
  return index === undefined ? undefined : { ...factsOf(index), side, remarks: index.remarks };
}

/**
 * An image folder at a cell's resolution. The identity names both the images and the size that they are stored with, so
 * that equal trials see equal pixels on every machine.
 *
 * @throws {ScalesweepError} `DATASET_UNAVAILABLE` when the folder has other images, `USAGE` when it cannot give what is
 * asked, else as {@link fetchImageFolder}.
 */
export async function openImageFolder(
  data: DataSpec,
  shape: ImageShape,
  options: FolderOptions,
): Promise<{ dataset: Dataset; close: () => void }> {
  const { name, identity } = data;
  const folder = datasetDir(options.cacheDir, name);
  const { file, index, side } = await findFolder(data, options);
  const { facts, images } = index;
  checkFit(data, shape, { ...factsOf(index), side }, folder);
  const train = images.slice(0, facts.trainImages);
  const labels = Uint16Array.from(train, ({ label }) => label);
  const split = splitByDigest(index.digests, labels, data);
  const reader = new PackedReader(file);
  const setOf = (chosen: readonly (typeof images)[number][]) =>
    packedSet(reader, packedTable(chosen), shape.resolution);
  const dataset: Dataset = {
    name,
    identity,
    classes: facts.classes.length,
    classNames: facts.classes,
    mean: facts.mean,
    std: facts.std,
    train: setOf(Array.from(split.train, (i) => train[i]!)),
    minival: setOf(Array.from(split.minival, (i) => train[i]!)),
    test: setOf(images.slice(facts.trainImages)),
  };
  return { dataset, close: () => reader.close() };
}

/**
 * The packed images of an identity, packed now where they are not.
 *
 * @throws {ScalesweepError} `DATASET_UNAVAILABLE` when the folder has other images, else as {@link fetchImageFolder}.
 */
export async function findFolder(
  data: Pick<DataSpec, 'name' | 'identity'>,
  options: FolderOptions,
): Promise<{ readonly file: string; readonly index: PackedIndex; readonly side: number }> {
  const { name, identity } = data;
  const side = await sideOf(identity, datasetDir(options.cacheDir, name));
  const known = await findIndex(name, side, options, (facts) => facts.identity === identity);
  const { file, index } = known ?? (await ensurePacked(name, side, options));
  if (index.facts.identity !== identity) throw otherContent(data, index);
  return { file, index, side };
}

/** The grid was written for another content. */
function otherContent(
  { name, identity }: Pick<DataSpec, 'name' | 'identity'>,
  { facts, remarks }: PackedIndex,
): ScalesweepError {
  const copies = remarks?.problems.some(({ copyOf }) => copyOf !== undefined) === true;
  return new ScalesweepError(
    'DATASET_UNAVAILABLE',
    `Expected ${name} with the content ${identity}, got ${facts.identity}`,
    {
      hint:
        'The images, or what was left out of them, differ from those that the grid was written for.' +
        (copies ? ' Copies are left out now, unless dataset.json has "duplicates": "keep".' : ''),
    },
  );
}
