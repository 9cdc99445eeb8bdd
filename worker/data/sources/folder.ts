import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { DatasetFile, DatasetSource } from '../descriptor.ts';
import { systemCode } from '../../storage/disk-error.ts';
import { gunzipFile } from './gzip.ts';

async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The contents of the files that lie in a folder as they are or gzipped (`NAME.gz`). */
export async function readFolder(
  folder: string,
  wanted: readonly DatasetFile[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const contents = new Map<string, Uint8Array>();
  for (const { name, bytes } of wanted) {
    const plain = await readIfThere(path.join(folder, name));
    if (plain !== undefined) {
      contents.set(name, plain);
      continue;
    }
    const packedName = `${name}.gz`;
    const packed = await readIfThere(path.join(folder, packedName));
    if (packed !== undefined) contents.set(name, await gunzipFile(packed, packedName, bytes));
  }
  if (contents.size === 0) throw new Error(`none of its files in ${folder}`);
  return contents;
}

/** A folder of this machine. */
export function folderSource(name: string, folder: string): DatasetSource {
  return { name, fetch: (wanted) => readFolder(folder, wanted) };
}
