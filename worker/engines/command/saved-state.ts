/**
 * A trainer's checkpoint is a file in any format. Its bytes are kept as the checkpoints of every engine are: written whole or not at all,
 * with a checksum, the last two kept, copied to other machines where needed.
 */
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { epochMetrics, ScalesweepError, type EpochMetrics } from '../../../contract/index.ts';
import type { CheckpointStore } from '../../storage/checkpoints.ts';
import { writeFileAtomically } from '../../storage/write-file.ts';

const MOST_AT_ONCE = 1 << 30;

// A later version may have written more beside these.
const saved = z.object({
  file: z.string().regex(/^[\w-][\w.-]*$/),
  bytes: z.int().min(0),
  epochs: z.array(epochMetrics),
  seconds: z.number().min(0),
});

export interface SavedState {
  readonly step: number;
  /** Path of the file, as the trainer wrote it. */
  readonly file: string;
  readonly epochs: readonly EpochMetrics[];
  /** Of all attempts before. */
  readonly seconds: number;
}

/**
 * Lays the newest checkpoint into `<folder>/resume/`. One that no trainer wrote is passed over.
 *
 * @throws {ScalesweepError} DISK_FULL and its like.
 */
export async function layOut(
  checkpoints: CheckpointStore,
  folder: string,
): Promise<{ state: SavedState | undefined; passedOver: string[] }> {
  const { checkpoint, passedOver } = await checkpoints.load();
  if (checkpoint === undefined) return { state: undefined, passedOver };
  const { step, tensors, meta } = checkpoint;
  const parsed = saved.safeParse(meta);
  const words = tensors.get('file');
  if (!parsed.success || words === undefined || words.byteLength < parsed.data.bytes) {
    // The trial is not lost with it: it starts again.
    const why = `${checkpoints.folder}: expected the checkpoint of step ${step} to hold a trainer's file, got another; trained from the start`;
    return { state: undefined, passedOver: [...passedOver, why] };
  }
  const { file: name, bytes, epochs, seconds } = parsed.data;
  const file = path.join(folder, 'resume', name);
  await writeFileAtomically(file, [new Uint8Array(words.buffer, words.byteOffset, bytes)]);
  return { state: { step, file, epochs, seconds }, passedOver };
}

/**
 * Takes a file that the trainer has written out of its folder and keeps it. Returns the bytes of the checkpoint.
 *
 * @throws {ScalesweepError} USAGE when there is no such file; DISK_FULL and its like.
 */
export async function take(
  checkpoints: CheckpointStore,
  folder: string,
  checkpoint: { readonly step: number; readonly file: string },
  progress: Pick<SavedState, 'epochs' | 'seconds'>,
): Promise<number> {
  const { step, file: name } = checkpoint;
  const about = await lstat(path.join(folder, name)).catch(() => undefined);
  if (about?.isFile() !== true) {
    throw new ScalesweepError('USAGE', `Expected the checkpoint of step ${step} in ${name}, got no such file there`, {
      hint: 'A checkpoint is told of once it is written, by the name of its file in the folder that the trial names.',
    });
  }
  // Out of the trainer's way first: should it use the name again, it writes another file.
  const taken = path.join(folder, 'taken', name);
  await mkdir(path.dirname(taken), { recursive: true });
  await rename(path.join(folder, name), taken);
  const { words, bytes } = await readWords(taken);
  const meta = { file: name, bytes, epochs: progress.epochs, seconds: progress.seconds };
  const written = await checkpoints.save({ step, tensors: new Map([['file', words]]), meta });
  await rm(taken, { force: true });
  return written;
}

/** A file's bytes, filled up to whole words: checkpoints hold arrays of floats. */
async function readWords(file: string): Promise<{ words: Float32Array; bytes: number }> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const words = new Float32Array(Math.ceil(size / 4));
    const bytes = new Uint8Array(words.buffer);
    for (let at = 0; at < size;) {
      const { bytesRead } = await handle.read(bytes, at, Math.min(size - at, MOST_AT_ONCE), at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return { words, bytes: size };
  } finally {
    await handle.close();
  }
}
