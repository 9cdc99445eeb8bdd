import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import pLimit from 'p-limit';
import { z } from 'zod';
import { messageOf, ScalesweepError, systemCode } from '../../contract/index.ts';
import { weightsFile, weightsFolder } from './paths.ts';
import { bytesOf, ContainerDamage, readContainer, writeContainer } from './container.ts';
import { removeAbandoned } from './write-file.ts';

/**
 * What a finished trial has learned, and what a reader needs to use it: kept when its checkpoints go, since they hold
 * momentum and other state that only training needs, and are several times as large.
 */
export interface TrainedWeights {
  readonly trial: string;
  /** The `weightsDigest` of the result that these weights gave. */
  readonly digest: string;
  /** Whether `params` are the moving average or the weights of the last step; always those that were evaluated. */
  readonly average: boolean;
  /** Per channel, of the training images, in units of 0-1: how the images were normalised. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** In the order of the logits; versions before 2026-12 kept none. */
  readonly classNames?: readonly string[] | undefined;
  /** Flat, in the order of the network's own layout. */
  readonly params: Float32Array;
  /** Running mean and variance of every norm, likewise. */
  readonly stats: Float32Array;
}

/** Weights of one folder take at most so many bytes; beyond that the oldest go. */
const KEPT_WEIGHTS_BYTES = 10e9;

/** Of a folder with the weights of thousands of trials, as many files are asked for their size at one time. */
const FILES_AT_ONCE = 16;

const KIND = 'weights';

const facts = z.strictObject({
  trial: z.string(),
  digest: z.string(),
  average: z.boolean(),
  mean: z.array(z.number()),
  std: z.array(z.number()),
  classNames: z.array(z.string()).optional(),
});

/**
 * Writes the weights of a finished trial below the folder of the checkpoints, whole or not at all, then removes the
 * oldest beyond `mostBytes`.
 *
 * @throws {ScalesweepError} `DISK_FULL` or `STORE_UNWRITABLE`
 */
export async function keepWeights(
  checkpoints: string,
  { params, stats, ...rest }: TrainedWeights,
  mostBytes: number = KEPT_WEIGHTS_BYTES,
): Promise<void> {
  const file = weightsFile(checkpoints, rest.trial);
  const sections = new Map([
    ['params', bytesOf(params)],
    ['stats', bytesOf(stats)],
  ]);
  await writeContainer(file, KIND, rest, sections);
  const folder = weightsFolder(checkpoints);
  await removeAbandoned(folder);
  await removeOldest(folder, path.basename(file), mostBytes);
}

/** Other workers tidy the same folder: a file that is gone already is no error. */
async function removeOldest(folder: string, newest: string, mostBytes: number): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const files = await pLimit(FILES_AT_ONCE).map(names, async (name) => {
    const { size, mtimeMs } = await stat(path.join(folder, name)).catch(() => ({ size: 0, mtimeMs: 0 }));
    return { name, size, at: name === newest ? Infinity : mtimeMs };
  });
  let total = 0;
  for (const { name, size } of files.toSorted((a, b) => b.at - a.at)) {
    total += size;
    if (total > mostBytes && name !== newest) await rm(path.join(folder, name), { force: true }).catch(() => undefined);
  }
}

/**
 * The weights of a finished trial; `undefined` where none are kept.
 *
 * @throws {ScalesweepError} `CHECKPOINT_CORRUPT` when the file is not whole, or of another trial.
 */
export async function readWeights(checkpoints: string, trial: string): Promise<TrainedWeights | undefined> {
  const file = weightsFile(checkpoints, trial);
  try {
    const container = await readContainer(file, KIND);
    const about = facts.parse(container.facts);
    if (about.trial !== trial)
      throw new ContainerDamage(`Expected weights of trial ${trial}, got those of ${about.trial}`);
    return { ...about, params: floats(container.sections, 'params'), stats: floats(container.sections, 'stats') };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw new ScalesweepError(
      'CHECKPOINT_CORRUPT',
      `Expected the weights of trial ${trial} in ${file}: ${messageOf(error)}`,
      {
        hint: 'Remove the file; the trial trained again (into another store) gives the same weights.',
        cause: error,
      },
    );
  }
}

function floats(sections: ReadonlyMap<string, Uint8Array>, name: string): Float32Array {
  const bytes = sections.get(name);
  if (bytes === undefined) throw new ContainerDamage(`Expected a section ${name}, got none`);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / Float32Array.BYTES_PER_ELEMENT);
}
