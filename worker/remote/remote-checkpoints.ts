import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Redis } from 'ioredis';
import { formatAmount } from '../../contract/index.ts';
import { CHECKPOINT_NAME, checkpointFile, trialCheckpointDir } from '../storage/paths.ts';
import { writeFileAtomically } from '../storage/write-file.ts';
import { makeNotice } from './notice.ts';
import { execAll } from './redis-reason.ts';
import { keys } from './wire.ts';

/** A checkpoint that no attempt has asked for in this time is forgotten, ms. */
const KEPT_MS = 7 * 24 * 3600_000;

/** Checkpoints of one trial on their way from machine to machine. */
export interface RemoteCheckpoints {
  /** A new one was written here: the newest is sent, unless it is too large. Never rejects. */
  send(trial: string): Promise<void>;
  /** Gets what another machine has sent, if it is newer than what lies here. Never rejects: without one, the trial begins again. */
  receive(trial: string): Promise<void>;
  /** The trial has its result: nothing of it is left in Redis, nor sent any more. Never rejects. */
  forget(trial: string): Promise<void>;
}

interface RemoteCheckpointOptions {
  readonly redis: Redis;
  readonly checkpointDir: string;
  /** Bytes of one checkpoint at most. */
  readonly capBytes: number;
  readonly log: (text: string) => void;
}

/**
 * Carries checkpoints through Redis, for machines without a folder in common. What arrives is a file like any other: it is checked for its
 * sum, its version and its trial when it is loaded, and passed over if it is not what it should be.
 */
export function makeRemoteCheckpoints({
  redis,
  checkpointDir,
  capBytes,
  log,
}: RemoteCheckpointOptions): RemoteCheckpoints {
  /** Trials being sent, and whether a newer one has been written meanwhile. */
  const sending = new Map<string, { isStale: boolean; ended: Promise<void> }>();
  const uploads = makeNotice({
    log,
    failing: 'A checkpoint did not get to Redis',
    again: 'Checkpoints get to Redis again',
  });
  const downloads = makeNotice({
    log,
    failing: 'A checkpoint did not arrive from Redis',
    again: 'Checkpoints arrive from Redis again',
  });
  let isTooLargeTold = false;

  const sendNewest = async (trial: string): Promise<void> => {
    const step = await newestStep(checkpointDir, trial);
    if (step === undefined) return;
    const file = checkpointFile(trialCheckpointDir(checkpointDir, trial), step);
    const { size } = await stat(file);
    if (size > capBytes) {
      if (!isTooLargeTold)
        log(
          `A checkpoint takes ${formatAmount(size)}B, more than the ${formatAmount(capBytes)}B that are sent through Redis: if this machine is lost, its ` +
            'trials start from the beginning. A folder shared by all machines (--checkpoints DIR) avoids that.',
        );
      isTooLargeTold = true;
      return;
    }
    const transaction = redis
      .multi()
      .hset(keys.checkpoint(trial), { step: String(step), bytes: await readFile(file) })
      .pexpire(keys.checkpoint(trial), KEPT_MS);
    await execAll(transaction);
    uploads.worked();
  };

  return {
    send: (trial) => {
      const underWay = sending.get(trial);
      if (underWay !== undefined) {
        underWay.isStale = true;
        return underWay.ended;
      }
      const mine = { isStale: false, ended: Promise.resolve() };
      sending.set(trial, mine);
      const sendAll = async (): Promise<void> => {
        do {
          mine.isStale = false;
          if (redis.status === 'ready') await sendNewest(trial);
        } while (mine.isStale);
      };
      mine.ended = sendAll()
        // Removed meanwhile, or Redis takes nothing more: the next one may fare better.
        .catch(uploads.failed)
        .finally(() => sending.delete(trial));
      return mine.ended;
    },
    forget: async (trial) => {
      await sending.get(trial)?.ended;
      await redis.unlink(keys.checkpoint(trial)).catch(() => undefined);
    },
    receive: async (trial) => {
      try {
        const key = keys.checkpoint(trial);
        const step = Number(await redis.hget(key, 'step'));
        if (!Number.isSafeInteger(step) || step <= ((await newestStep(checkpointDir, trial)) ?? 0)) return;
        if ((await redis.hstrlen(key, 'bytes')) > capBytes) return;
        const bytes = await redis.hgetBuffer(key, 'bytes');
        downloads.worked();
        if (bytes === null) return;
        await writeFileAtomically(checkpointFile(trialCheckpointDir(checkpointDir, trial), step), [bytes]);
      } catch (error) {
        downloads.failed(error);
      }
    },
  };
}

async function newestStep(checkpointDir: string, trial: string): Promise<number | undefined> {
  const names = await readdir(path.normalize(trialCheckpointDir(checkpointDir, trial))).catch(() => []);
  const steps = names.flatMap((name) => {
    const match = CHECKPOINT_NAME.exec(name);
    return match === null ? [] : [Number(match[1])];
  });
  return steps.length === 0 ? undefined : Math.max(...steps);
}
