import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { messageOf } from '../../../contract/index.ts';

const inflate = promisify(gunzip);

/**
 * Unpacks a gzip file, to at most one byte more than expected: a longer content fails its checksum, and cannot fill the memory.
 *
 * @throws {Error} naming the file, if it is truncated or no gzip.
 */
export async function gunzipFile(packed: Uint8Array, name: string, expectedBytes: number): Promise<Uint8Array> {
  try {
    return await inflate(packed, { maxOutputLength: expectedBytes + 1 });
  } catch (error) {
    throw new Error(`${name}: ${messageOf(error)}`, { cause: error });
  }
}
