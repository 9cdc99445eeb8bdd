import { messageOf, ScalesweepError, type DataSpec, systemCode } from '../../../contract/index.ts';
import { datasetDir, preparedFile } from '../../storage/paths.ts';
import type { Dataset, ImageShape } from '../dataset.ts';
import { splitByDigest } from '../split.ts';
import { makeDecoder, type Decode } from './decode.ts';
import { packImageFolder, type Packed } from './pack.ts';
import { readIndex, type PackedIndex } from './packed-file.ts';
import { packedSet, packedTable, PackedReader } from './packed-images.ts';
import { summarise, type Problem } from './problems.ts';
import { scanImageFolder } from './scan.ts';
import { readSettings, settingsFile } from './settings.ts';
import { storedSideFor } from './stored-size.ts';

export interface FolderOptions {
  readonly cacheDir: string;
  readonly log: (line: string) => void;
  /** Default: sharp. */
  readonly decode?: Decode;
}

/** What a grid has to say about an image folder, and what was found in it. */
export interface FolderFacts {
  readonly identity: string;
  readonly classes: readonly string[];
  readonly trainImages: number;
  readonly testImages: number;
  /** What was left out, when the folder was packed just now. */
  readonly problems: readonly Problem[];
}

const packedFile = (cacheDir: string, name: string, side: number): string =>
  preparedFile(cacheDir, name, `photographs-${side}`);

async function indexIfWhole(file: string, log: (line: string) => void): Promise<PackedIndex | undefined> {
  try {
    return await readIndex(file);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') log(`ignored ${file}: ${messageOf(error)}`);
    return undefined;
  }
}

/** The packed folder, packed again if its files have changed. */
async function ensurePacked(name: string, side: number, { cacheDir, log, decode }: FolderOptions): Promise<Packed> {
  const file = packedFile(cacheDir, name, side);
  const scan = await scanImageFolder(datasetDir(cacheDir, name));
  const known = await indexIfWhole(file, log);
  if (known?.facts.listing === scan.listing) return { index: known, problems: [] };
  log(`packing ${scan.entries.length} images of ${name} with a shorter side of ${side} px`);
  const packed = await packImageFolder(scan, file, { name, side, decode: decode ?? (await makeDecoder()) });
  if (packed.problems.length > 0) log(`${name}: left out ${packed.problems.length}:${summarise(packed.problems)}`);
  return packed;
}

/**
 * Packs an image folder as its `dataset.json` says; a folder that did not change is not packed again.
 *
 * @throws {ScalesweepError} as {@link scanImageFolder} and {@link packImageFolder}.
 */
export async function fetchImageFolder(name: string, options: FolderOptions): Promise<FolderFacts> {
  const { resolution } = await readSettings(datasetDir(options.cacheDir, name));
  const { index, problems } = await ensurePacked(name, storedSideFor(resolution), options);
  const { identity, classes, trainImages } = index.facts;
  return { identity, classes, trainImages, testImages: index.images.length - trainImages, problems };
}

const IDENTITY = /^imagefolder\/[0-9a-f]{16}@(\d+)$/;

function checkFit(data: DataSpec, shape: ImageShape, side: number, classes: number, folder: string): void {
  const expect = (fits: boolean, message: string, hint?: string): void => {
    if (!fits) throw new ScalesweepError('USAGE', message, hint === undefined ? {} : { hint });
  };
  expect(
    shape.channels === 3,
    `Expected model.channels to be 3 for the photographs of ${data.name}, got ${shape.channels}`,
  );
  expect(
    shape.classes === undefined || shape.classes === classes,
    `Expected model.classes to be ${classes}, the classes of ${data.name}, got ${shape.classes}`,
  );
  expect(
    storedSideFor(shape.resolution) <= side,
    `Expected a resolution that photographs with a shorter side of ${side} px can show, got ${shape.resolution}`,
    `Set "resolution": ${shape.resolution} in ${settingsFile(folder)}, fetch the dataset again, and give its new identity in the grid.`,
  );
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
  const named = IDENTITY.exec(identity)?.[1];
  const side = named === undefined ? storedSideFor((await readSettings(folder)).resolution) : Number(named);
  const file = packedFile(options.cacheDir, name, side);
  const known = await indexIfWhole(file, options.log);
  const index = known?.facts.identity === identity ? known : (await ensurePacked(name, side, options)).index;
  const { facts, images } = index;
  if (facts.identity !== identity) {
    throw new ScalesweepError(
      'DATASET_UNAVAILABLE',
      `Expected ${name} with the content ${identity}, got ${facts.identity}`,
      {
        hint: 'The images, or what was left out of them, differ from those that the grid was written for.',
      },
    );
  }
  checkFit(data, shape, side, facts.classes.length, folder);
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
    mean: facts.mean,
    std: facts.std,
    train: setOf(Array.from(split.train, (i) => train[i]!)),
    minival: setOf(Array.from(split.minival, (i) => train[i]!)),
    test: setOf(images.slice(facts.trainImages)),
  };
  return { dataset, close: () => reader.close() };
}
