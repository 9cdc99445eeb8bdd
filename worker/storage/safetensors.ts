/**
 * Named arrays in the safetensors format, for programs in other languages: eight bytes with the length of a JSON header,
 * the header ({"name": {"dtype", "shape", "data_offsets": [begin, end]}}), then the arrays, little-endian, one after the other.
 * https://huggingface.co/docs/safetensors
 */
import { writeFileAtomically } from './write-file.ts';

export interface SafeTensor {
  readonly name: string;
  readonly dtype: 'U8' | 'I32' | 'F32' | 'F64';
  readonly shape: readonly number[];
  /** Its bytes, in pieces. */
  readonly chunks: Iterable<Uint8Array>;
}

const BYTES: Readonly<Record<SafeTensor['dtype'], number>> = { U8: 1, I32: 4, F32: 4, F64: 8 };

/** Bytes of one tensor. */
export function sizeOf({ dtype, shape }: Pick<SafeTensor, 'dtype' | 'shape'>): number {
  return shape.reduce((product, side) => product * side, BYTES[dtype]);
}

/** Writes the file whole or not at all. @throws {ScalesweepError} as `writeFileAtomically`. */
export async function writeSafeTensors(
  file: string,
  tensors: readonly SafeTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  let end = 0;
  const entries = tensors.map(({ name, dtype, shape }) => {
    const begin = end;
    end += sizeOf({ dtype, shape });
    return [name, { dtype, shape, data_offsets: [begin, end] }] as const;
  });
  const header = Object.fromEntries([['__metadata__', metadata] as const, ...entries]);
  const json = JSON.stringify(header);
  // The arrays begin at a multiple of eight bytes: padded with spaces, as the format has it.
  const length = Math.ceil(Buffer.byteLength(json) / 8) * 8;
  const head = Buffer.alloc(8 + length, ' ');
  head.writeBigUInt64LE(BigInt(length));
  head.write(json, 8);
  await writeFileAtomically(file, chunksOf(head, tensors));
}

function* chunksOf(head: Uint8Array, tensors: readonly SafeTensor[]): Generator<Uint8Array> {
  yield head;
  for (const { chunks } of tensors) yield* chunks;
}
