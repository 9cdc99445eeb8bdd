/**
 * IDX, the format of MNIST and its successors: a magic number (two zero bytes, the element type, the number of
 * dimensions), each dimension as a big-endian u32, then the elements. Only unsigned bytes (type 8) are read.
 */
import { ScalesweepError } from '../../contract/index.ts';

const UNSIGNED_BYTE = 8;

export interface IdxArray {
  readonly dimensions: readonly number[];
  readonly elements: Uint8Array;
}

/** @throws {ScalesweepError} `DATASET_CORRUPT`, naming the file. */
export function decodeIdx(bytes: Uint8Array, rank: number, file: string): IdxArray {
  const corrupt = (expected: string, got: string): ScalesweepError =>
    new ScalesweepError('DATASET_CORRUPT', `Expected ${expected} in ${file}, got ${got}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = 4 + 4 * rank;
  if (bytes.length < head) throw corrupt(`an IDX header of ${head} bytes`, `a file of ${bytes.length}`);
  const magic = view.getUint32(0);
  const wanted = (UNSIGNED_BYTE << 8) | rank;
  if (magic !== wanted) throw corrupt(`the IDX magic number 0x${wanted.toString(16)}`, `0x${magic.toString(16)}`);
  const dimensions = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const size = dimensions.reduce((product, dimension) => product * dimension, 1);
  if (bytes.length - head !== size)
    throw corrupt(`${dimensions.join(' x ')} bytes of content`, `${bytes.length - head}`);
  return { dimensions, elements: bytes.subarray(head) };
}
