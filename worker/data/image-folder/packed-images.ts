import { closeSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { messageOf, ScalesweepError } from '../../../contract/index.ts';
import type { ImageSet } from '../dataset.ts';
import { makeResizer } from '../resize.ts';
import type { PackedImage } from './packed-file.ts';
import { CHANNELS } from './store-image.ts';
import { centreCrop } from './stored-size.ts';

/** Reads images of a packed file one at a time. The file is opened when it is first needed, and again after `close`. */
export class PackedReader {
  readonly file: string;
  #descriptor: number | undefined;
  #buffer = new Uint8Array(0);

  constructor(file: string) {
    this.file = file;
  }

  /**
   * [3, height, width]: a view that is valid until the next read.
   *
   * @throws {ScalesweepError} `DATASET_CORRUPT`, naming the file.
   */
  read({ offset, width, height, checksum }: PackedImage): Uint8Array {
    const length = CHANNELS * width * height;
    if (this.#buffer.length < length) this.#buffer = new Uint8Array(length);
    const pixels = this.#buffer.subarray(0, length);
    if (this.#fill(pixels, offset) && crc32(pixels) === checksum) return pixels;
    throw new ScalesweepError(
      'DATASET_CORRUPT',
      `Expected the image at byte ${offset} of ${this.file} to be whole, got other content`,
      {
        hint: 'Remove the file: it is packed again from the images.',
      },
    );
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #fill(pixels: Uint8Array, offset: number): boolean {
    try {
      this.#descriptor ??= openSync(this.file, 'r');
      for (let done = 0; done < pixels.length;) {
        const read = readSync(this.#descriptor, pixels, done, pixels.length - done, offset + done);
        if (read === 0) return false;
        done += read;
      }
      return true;
    } catch (error) {
      throw new ScalesweepError('DATASET_UNAVAILABLE', `Expected to read ${this.file}, got ${messageOf(error)}`, {
        cause: error,
      });
    }
  }
}

const COLUMNS = ['offset', 'width', 'height', 'label', 'checksum'] as const;

/** Where each image lies, [images, 5] in the order of `PackedImage`: shared memory, however many photographs there are. */
export function packedTable(images: readonly PackedImage[]): Float64Array {
  const row = COLUMNS.length;
  const table = new Float64Array(new SharedArrayBuffer(images.length * row * Float64Array.BYTES_PER_ELEMENT));
  images.forEach((image, i) => COLUMNS.forEach((name, column) => (table[i * row + column] = image[name])));
  return table;
}

function packedImage(table: Float64Array, index: number): PackedImage {
  const at = index * COLUMNS.length;
  const [offset, width, height, label, checksum] = [
    table[at]!,
    table[at + 1]!,
    table[at + 2]!,
    table[at + 3]!,
    table[at + 4]!,
  ];
  return { offset, width, height, label, checksum };
}

/**
 * Photographs shown at one resolution: the central crop by default, anything of the stored photograph to random crops.
 *
 * @param table as `packedTable` lays it out
 */
export function packedSet(reader: PackedReader, table: Float64Array, side: number): ImageSet {
  const resize = makeResizer(side);
  const shown = new Uint8Array(CHANNELS * side * side);
  const count = table.length / COLUMNS.length;
  return {
    count,
    channels: CHANNELS,
    side,
    labels: Uint16Array.from({ length: count }, (_, i) => packedImage(table, i).label),
    pixels: undefined,
    portable: { kind: 'packed', file: reader.file, table, side },
    image(index) {
      const image = packedImage(table, index);
      const { width, height } = image;
      resize(reader.read(image), { channels: CHANNELS, width, height }, centreCrop(width, height), shown);
      return shown;
    },
    original(index) {
      const image = packedImage(table, index);
      return { pixels: reader.read(image), width: image.width, height: image.height };
    },
  };
}
