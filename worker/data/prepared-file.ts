/** A prepared dataset on the disk, so that the trials of a sweep share the work. */
import { z } from 'zod';
import { contentHash, type DataSpec } from '../../contract/index.ts';
import { bytesOf, ContainerDamage, readContainer, writeContainer, type Sections } from '../storage/container.ts';
import type { ImageShape, PixelArray } from './dataset.ts';
import { memorySet, sharedBytes, type MemoryDataset, type MemorySet } from './memory-set.ts';

const KIND = 'prepared-images';
/** Raised whenever splitting or resizing gives other bytes, so that older files are not taken for new ones. */
const PREPARATION = 1;

/** The key of everything that the arrays depend on, readable in a folder listing. */
export function preparedKey(data: DataSpec, shape: ImageShape): string {
  const { identity, trainImages, minivalImages } = data;
  const { resolution, channels } = shape;
  const hash = contentHash({ identity, trainImages, minivalImages, resolution, channels, preparation: PREPARATION });
  return `${resolution}px-${channels}c-${trainImages}t-${minivalImages}v-${hash.slice(0, 12)}`;
}

const factsSchema = z.strictObject({
  key: z.string(),
  name: z.string(),
  identity: z.string(),
  classes: z.int().min(1),
  mean: z.array(z.number()),
  std: z.array(z.number()),
  channels: z.int().min(1),
  side: z.int().min(1),
  /** Side of the training images' originals; equal to `side` when none are kept. */
  originalSide: z.int().min(1),
});

const SPLITS = ['train', 'minival', 'test'] as const;

/** Returns the bytes of the file. */
export async function writePrepared(file: string, key: string, dataset: MemoryDataset): Promise<number> {
  const { name, identity, classes, mean, std, train } = dataset;
  const { channels, side, originals } = train;
  const sections = new Map<string, Uint8Array>();
  for (const split of SPLITS) {
    const { pixels, labels } = dataset[split];
    sections.set(`${split}.pixels`, pixels);
    sections.set(`${split}.labels`, bytesOf(labels));
  }
  if (originals.side !== side) sections.set('train.originals', originals.pixels);
  const facts = { key, name, identity, classes, mean, std, channels, side, originalSide: originals.side };
  return writeContainer(file, KIND, facts, sections);
}

function section(sections: Sections, name: string): Uint8Array {
  const bytes = sections.get(name);
  if (bytes === undefined) throw new ContainerDamage(`Expected a section ${name}, got none`);
  return bytes;
}

/** @throws {ContainerDamage} if the file is not whole or not of this key; the system's error if it cannot be read. */
export async function readPrepared(file: string, key: string): Promise<MemoryDataset> {
  const { facts, sections } = await readContainer(file, KIND, sharedBytes);
  const { key: found, channels, side, originalSide, ...about } = factsSchema.parse(facts);
  if (found !== key) throw new ContainerDamage(`Expected the images of ${key}, got those of ${found}`);
  const read = (split: string, originals?: PixelArray): MemorySet => {
    const { buffer, byteOffset, byteLength } = section(sections, `${split}.labels`);
    const labels = new Uint16Array(buffer, byteOffset, byteLength / Uint16Array.BYTES_PER_ELEMENT);
    return memorySet(labels, channels, { side, pixels: section(sections, `${split}.pixels`) }, originals);
  };
  const originals =
    originalSide === side ? undefined : { side: originalSide, pixels: section(sections, 'train.originals') };
  return { ...about, train: read('train', originals), minival: read('minival'), test: read('test') };
}
