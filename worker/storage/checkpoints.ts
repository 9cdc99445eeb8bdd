import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { messageOf, systemError, systemCode } from '../../contract/index.ts';
import { CHECKPOINT_NAME, checkpointFile, trialCheckpointDir } from './paths.ts';
import { bytesOf, ContainerDamage, readContainer, writeContainer } from './container.ts';
import { TEMPORARY_MARK } from './write-file.ts';

/** The state of a training: named float arrays and its progress. */
export interface Checkpoint {
  /** Optimiser steps finished. */
  readonly step: number;
  readonly tensors: ReadonlyMap<string, Float32Array>;
  /** Small JSON beside the tensors: finished epochs' metrics, seconds so far. */
  readonly meta: Readonly<Record<string, unknown>>;
}

/** Checkpoints of one trial. */
export interface CheckpointStore {
  /** Where they lie. An engine may keep other files there, in a folder; `clear` removes them too. */
  readonly folder: string;
  /**
   * Writes to a temporary name and renames; the last two are kept. Returns the bytes written. The tensors must not
   * change until the promise settles.
   *
   * @throws {ScalesweepError} `DISK_FULL` or `STORE_UNWRITABLE`; the checkpoints written before stay.
   */
  save(checkpoint: Checkpoint): Promise<number>;
  /**
   * The newest checkpoint that is whole and of this very trial, or `undefined`. A corrupt one is named in `passedOver`
   * and the one before it is used.
   */
  load(): Promise<{ checkpoint: Checkpoint | undefined; passedOver: string[] }>;
  /** Removes all checkpoints of the trial, once its result is stored. */
  clear(): Promise<void>;
}

const KIND = 'checkpoint';
const KEPT = 2;

const facts = z.object({
  trial: z.string(),
  step: z.int().min(0),
  meta: z.record(z.string(), z.unknown()),
});

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw systemError(error, `write ${folder}`) ?? error;
  }
}

/** Newest first. */
async function checkpointNames(folder: string): Promise<string[]> {
  const names = await namesIn(folder);
  return names.filter((name) => CHECKPOINT_NAME.test(name)).sort((a, b) => (a < b ? 1 : -1));
}

async function readCheckpoint(file: string, trialId: string): Promise<Checkpoint> {
  const container = await readContainer(file, KIND);
  const { trial, step, meta } = facts.parse(container.facts);
  if (trial !== trialId) throw new ContainerDamage(`Expected a checkpoint of trial ${trialId}, got one of ${trial}`);
  const tensors = new Map<string, Float32Array>();
  for (const [name, bytes] of container.sections) {
    tensors.set(
      name,
      new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / Float32Array.BYTES_PER_ELEMENT),
    );
  }
  return { step, tensors, meta };
}

/**
 * The checkpoints of one trial, in one folder below `root`: one file each, named by its step. They survive
 * `kill -9` at any moment and a power cut; two attempts of one trial that save at once do each other no harm.
 */
export function openCheckpoints(root: string, trialId: string): CheckpointStore {
  const folder = trialCheckpointDir(root, trialId);
  /** Found bad by `load`: removed once a good one has been written, so that they never count among the last two. */
  const bad = new Set<string>();

  return {
    folder,

    async save({ step, tensors, meta }) {
      const file = checkpointFile(folder, step);
      const sections = new Map([...tensors].map(([name, tensor]) => [name, bytesOf(tensor)] as const));
      const bytes = await writeContainer(file, KIND, { trial: trialId, step, meta }, sections);
      bad.delete(path.basename(file));
      const good = (await checkpointNames(folder)).filter((name) => !bad.has(name));
      for (const name of [...good.slice(KEPT), ...bad]) await rm(path.join(folder, name), { force: true });
      bad.clear();
      return bytes;
    },

    async load() {
      const passedOver: string[] = [];
      // Left behind by writers that were killed.
      for (const name of await namesIn(folder)) {
        if (name.includes(TEMPORARY_MARK)) await rm(path.join(folder, name), { force: true });
      }
      for (const name of await checkpointNames(folder)) {
        try {
          return { checkpoint: await readCheckpoint(path.join(folder, name), trialId), passedOver };
        } catch (error) {
          bad.add(name);
          passedOver.push(`${path.join(folder, name)}: ${messageOf(error)}`);
        }
      }
      return { checkpoint: undefined, passedOver };
    },

    async clear() {
      bad.clear();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
