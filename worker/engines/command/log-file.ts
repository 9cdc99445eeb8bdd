import { mkdir, open, rename, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

/** Of each of the two files, bytes: the one that is written, and the one before it. */
const MOST_BYTES = 1 << 20;
/** Of the end that is kept for messages, characters. */
const TAIL = 8000;

/** What a trainer prints: its end in memory, and at most two megabytes of it on disk. */
export interface LogFile {
  readonly file: string;
  /** Resolves when it is written, so that a program that prints faster than the disk writes waits. Never rejects. */
  write(chunk: Buffer): Promise<void>;
  /** A line of our own, which is no part of the tail: that is what the trainer said last. */
  note(text: string): void;
  tail(): string;
  close(): Promise<void>;
}

/** Appends to the file; when it is full it becomes `FILE.1` and a new one is started. */
export async function openLog(file: string): Promise<LogFile> {
  let tail = '';
  let handle: FileHandle | undefined;
  let bytes = 0;
  // Two streams write here; one after the other.
  let writing: Promise<void> = Promise.resolve();

  const reopen = async (): Promise<void> => {
    handle = await open(file, 'a');
    bytes = (await handle.stat()).size;
  };
  const append = async (chunk: Buffer): Promise<void> => {
    if (handle === undefined) return;
    if (bytes > 0 && bytes + chunk.length > MOST_BYTES) {
      await handle.close();
      handle = undefined;
      await rename(file, `${file}.1`);
      await reopen();
    }
    await handle?.write(chunk);
    bytes += chunk.length;
  };
  const enqueue = (chunk: Buffer): Promise<void> =>
    (writing = writing.then(() => append(chunk)).catch(() => undefined));
  // A log must not make a trial fail: without room for it, the tail is kept in memory.
  await mkdir(path.dirname(file), { recursive: true })
    .then(reopen)
    .catch(() => undefined);
  return {
    file,
    tail: () => tail,
    note: (text) => void enqueue(Buffer.from(`scalesweep: ${text}\n`)),
    write: (chunk) => {
      tail = (tail + chunk.toString('utf8')).slice(-TAIL);
      return enqueue(chunk);
    },
    close: async () => {
      await writing;
      await handle?.close().catch(() => undefined);
    },
  };
}
