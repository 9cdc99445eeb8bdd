import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { isScalesweepError } from '../../contract/index.ts';
import { openCheckpoints } from '../storage/checkpoints.ts';
import type { WorkerSlot } from './worker-slot.ts';
import type { RemoteCheckpoints } from './remote-checkpoints.ts';
import { controlMessage, keys } from './wire.ts';

interface ControlOptions {
  /** A connection for this alone: it waits. */
  readonly listening: Redis;
  readonly worker: string;
  readonly slots: readonly WorkerSlot[];
  readonly checkpointDir: string;
  /** Set where checkpoints are sent through Redis. */
  readonly remote: RemoteCheckpoints | undefined;
  readonly log: (text: string) => void;
  readonly isStopping: () => boolean;
}

/** Does what orchestrators ask of this worker, until it stops. Never rejects. */
export async function followControlMessages(options: ControlOptions): Promise<void> {
  const { listening, worker, slots, checkpointDir, remote, log, isStopping } = options;

  const follow = async (text: string): Promise<void> => {
    const parsed = controlMessage.safeParse(parseJson(text));
    // Whoever wrote it: a control message that is none is no reason to stop working.
    if (!parsed.success) return;
    const given = parsed.data;
    switch (given.type) {
      case 'hand-back':
        for (const slot of slots) slot.handBack(given.store, new Set(given.attempts));
        break;
      case 'drop':
        for (const slot of slots) slot.drop(given.store, new Set(given.attempts));
        break;
      case 'settled':
        for (const trial of given.trials) {
          await openCheckpoints(checkpointDir, trial).clear();
          await remote?.forget(trial);
        }
        break;
    }
  };

  while (!isStopping()) {
    try {
      const taken = await listening.blpop(keys.control(worker), 2);
      if (taken !== null) await follow(taken[1]);
    } catch (error) {
      if (isStopping()) return;
      if (isScalesweepError(error)) log(error.message);
      await sleep(250);
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
