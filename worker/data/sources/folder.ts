import { systemCode } from '../../../contract/index.ts';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { DatasetFile, DatasetSource } from '../descriptor.ts';
import { gunzipFile } from './gzip.ts';

async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * The contents of the wanted files that lie in a folder, as they are or gzipped (`NAME.gz`).
 *
 * @throws {Error} if none does, or naming the one that is a broken gzip.
 */
export async function readFolder(
  folder: string,
  wanted: readonly DatasetFile[],
  forms: { readonly plain: boolean } = { plain: true },
): Promise<ReadonlyMap<string, Uint8Array>> {
  const contents = new Map<string, Uint8Array>();
  for (const { name, bytes } of wanted) {
    const plain = forms.plain ? await readIfThere(path.join(folder, name)) : undefined;
    const packedName = `${name}.gz`;
    const packed = plain === undefined ? await readIfThere(path.join(folder, packedName)) : undefined;
    const content = packed === undefined ? plain : await gunzipFile(packed, packedName, bytes);
    if (content !== undefined) contents.set(name, content);
  }
  if (contents.size === 0) throw new Error(`none of its files in ${folder}`);
  return contents;
}

/** A folder of this machine. */
export function folderSource(name: string, folder: string): DatasetSource {
  return { name, fetch: (wanted) => readFolder(folder, wanted) };
}

/** Gzipped files that somebody put into the cache by hand: the way onto a machine without a network. */
export function packedCacheSource(folder: string): DatasetSource {
  return { name: 'cache', fetch: (wanted) => readFolder(folder, wanted, { plain: false }) };
}
