/**
 * A packed image folder: the pixels of all images, one after the other, then a container that says where each begins, then
 * 16 bytes that say where the container begins. One file, so that it is there whole or not at all; too large to be read
 * whole, so each image has its own checksum.
 */
import { open } from 'node:fs/promises';
import { z } from 'zod';
import { bytesOf, containerChunks, ContainerDamage, parseContainer, readRange } from '../../storage/container.ts';
import type { ChannelStatistics } from '../statistics.ts';
import { remarksSchema, type Remarks } from './remarks.ts';

const KIND = 'image-folder';
const FOOTER_MAGIC = 0x5353_5045;
const FOOTER = 16;

/** Where an image lies in the file, and what it is. */
export interface PackedImage {
  readonly offset: number;
  readonly width: number;
  readonly height: number;
  readonly label: number;
  /** CRC-32 of its pixels, [3, height, width]. */
  readonly checksum: number;
}

interface PackedFacts extends ChannelStatistics {
  readonly identity: string;
  /** Of the folder when it was packed. */
  readonly listing: string;
  readonly classes: readonly string[];
  /** Images of the training set; the test images follow. */
  readonly trainImages: number;
}

export interface PackedIndex {
  readonly facts: PackedFacts;
  readonly images: readonly PackedImage[];
  /** SHA-256 of each image's file, [images, 32]. */
  readonly digests: Buffer;
  /** `undefined` in a file of a version that did not keep them. */
  readonly remarks: Remarks | undefined;
  /** Each image's file, relative to the folder; `undefined` as above. */
  readonly paths?: readonly string[] | undefined;
}

const factsSchema = z.strictObject({
  identity: z.string(),
  listing: z.string(),
  classes: z.array(z.string()),
  trainImages: z.int().min(0),
  mean: z.array(z.number()),
  std: z.array(z.number()),
});

const COLUMNS = ['offset', 'width', 'height', 'label', 'checksum'] as const;

/** The bytes that follow the pixels, which end at `pixelBytes`. */
export function* indexChunks(
  { facts, images, digests, remarks, paths }: PackedIndex,
  pixelBytes: number,
): Generator<Uint8Array> {
  // Doubles hold every offset exactly, up to 9 PB.
  const columns = COLUMNS.map((name) => [name, bytesOf(Float64Array.from(images, (image) => image[name]))] as const);
  // Sections of their own: versions that do not know them read the rest.
  const told = remarks === undefined ? [] : [['remarks', Buffer.from(JSON.stringify(remarks))] as const];
  const named = paths === undefined ? [] : [['paths', Buffer.from(JSON.stringify(paths))] as const];
  yield* containerChunks(
    KIND,
    facts,
    new Map<string, Uint8Array>([...columns, ['digests', digests], ...told, ...named]),
  );
  const footer = Buffer.alloc(FOOTER);
  footer.writeDoubleLE(pixelBytes, 0);
  footer.writeUInt32LE(FOOTER_MAGIC, 12);
  yield footer;
}

/** @throws {ContainerDamage} if the index is not whole; the system's error if the file cannot be read. */
export async function readIndex(file: string): Promise<PackedIndex> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const end = size - FOOTER;
    if (end < 0) throw new ContainerDamage(`Expected a packed image folder, got ${size} bytes`);
    const footer = Buffer.from((await readRange(handle, end, size)).buffer);
    const start = footer.readDoubleLE(0);
    if (footer.readUInt32LE(12) !== FOOTER_MAGIC || !(start >= 0 && start <= end)) {
      throw new ContainerDamage('Expected the end of a packed image folder, got other bytes: the file is torn');
    }
    const { facts, sections } = parseContainer(await readRange(handle, start, end), KIND);
    const column = (name: string): Float64Array => {
      const bytes = sections.get(name);
      if (bytes === undefined) throw new ContainerDamage(`Expected a column ${name}, got none`);
      return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
    };
    const [offset, width, height, label, checksum] = COLUMNS.map(column) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const images = Array.from(offset, (at, i) => ({
      offset: at,
      width: width[i]!,
      height: height[i]!,
      label: label[i]!,
      checksum: checksum[i]!,
    }));
    const remarks = sections.get('remarks');
    const paths = sections.get('paths');
    return {
      facts: factsSchema.parse(facts),
      images,
      digests: Buffer.from(sections.get('digests') ?? []),
      ...(paths === undefined ? {} : { paths: z.array(z.string()).parse(JSON.parse(Buffer.from(paths).toString())) }),
      remarks: remarks === undefined ? undefined : remarksSchema.parse(JSON.parse(Buffer.from(remarks).toString())),
    };
  } finally {
    await handle.close();
  }
}
