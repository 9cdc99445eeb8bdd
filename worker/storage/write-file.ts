/** Files that are there whole or not at all. */
import { systemError } from '../../contract/index.ts';
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

/** Marks a file that was being written when its process died; never read, safe to remove once its writer is gone. */
export const TEMPORARY_MARK = '.tmp-';

/** One write call of the system takes less than 2 GiB. */
const MOST_AT_ONCE = 1 << 30;

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, Math.min(bytes.length - done, MOST_AT_ONCE));
    done += bytesWritten;
  }
}

/** The rename itself must survive a power cut; file systems that cannot sync a folder are skipped. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  if (handle === undefined) return;
  await handle.sync().catch(() => undefined);
  await handle.close();
}

/**
 * Writes the chunks, in order, to a temporary name beside the file, forces them to the disk and renames. Two processes that
 * write the same file at once each leave a whole one; the last rename stays. Returns the bytes written.
 *
 * @throws {ScalesweepError} `DISK_FULL` or `STORE_UNWRITABLE`; the temporary file is removed, an older file stays as it was.
 */
export async function writeFileAtomically(
  file: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<number> {
  const temporary = `${file}${TEMPORARY_MARK}${randomUUID()}`;
  let bytes = 0;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    const handle = await open(temporary, 'wx');
    try {
      for await (const chunk of chunks) {
        await writeAll(handle, chunk);
        bytes += chunk.length;
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw systemError(error, `write ${file}`) ?? error;
  }
  await syncFolder(path.dirname(file));
  return bytes;
}

/** No running write takes this long without touching its file. */
const ABANDONED_MS = 60 * 60_000;

/**
 * Removes what writers that were killed left in a folder. `now` is in milliseconds since 1970. Never throws: a folder that
 * cannot be tidied is not worth a failure.
 */
export async function removeAbandoned(folder: string, now: number = Date.now()): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((found) => found.includes(TEMPORARY_MARK))) {
    const file = path.join(folder, name);
    const written = await stat(file).then(
      ({ mtimeMs }) => mtimeMs,
      () => now,
    );
    if (now - written > ABANDONED_MS) await rm(file, { force: true }).catch(() => undefined);
  }
}
