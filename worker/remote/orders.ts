import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { isScalesweepError } from '../../contract/index.ts';
import { openCheckpoints } from '../storage/checkpoints.ts';
import type { Lane } from './lane.ts';
import type { TravellingCheckpoints } from './travelling-checkpoints.ts';
import { keys, order } from './wire.ts';

export interface OrdersOptions {
  /** A connection for this alone: it waits. */
  readonly listening: Redis;
  readonly worker: string;
  readonly lanes: readonly Lane[];
  readonly checkpointDir: string;
  /** Where checkpoints travel through Redis. */
  readonly travel: TravellingCheckpoints | undefined;
  readonly log: (text: string) => void;
  readonly isStopping: () => boolean;
}

/** Does what orchestrators ask of this worker, until it stops. Never rejects. */
export async function obeyOrders(options: OrdersOptions): Promise<void> {
  const { listening, worker, lanes, checkpointDir, travel, log, isStopping } = options;

  const obey = async (text: string): Promise<void> => {
    const parsed = order.safeParse(parseJson(text));
    // Whoever wrote it: an order that is none is no reason to stop working.
    if (!parsed.success) return;
    const given = parsed.data;
    switch (given.type) {
      case 'hand-back':
        for (const lane of lanes) lane.handBack(given.store, new Set(given.attempts));
        break;
      case 'drop':
        for (const lane of lanes) lane.drop(given.store, new Set(given.attempts));
        break;
      case 'settled':
        for (const trial of given.trials) {
          await openCheckpoints(checkpointDir, trial).clear();
          await travel?.forget(trial);
        }
        break;
    }
  };

  while (!isStopping()) {
    try {
      const taken = await listening.blpop(keys.orders(worker), 2);
      if (taken !== null) await obey(taken[1]);
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
