import type { Redis } from 'ioredis';
import { execAll, keys, type ControlMessage } from '../../../worker/remote/index.ts';

/** A control message that its worker has not taken by then is of no use to anyone, ms. */
const KEPT_MS = 3600_000;

/** Leaves a control message for a worker. */
export type SendControl = (worker: string, message: ControlMessage) => Promise<void>;

export function makeSendControl(redis: Redis): SendControl {
  return async (worker, message) => {
    const transaction = redis
      .multi()
      .rpush(keys.control(worker), JSON.stringify(message))
      .pexpire(keys.control(worker), KEPT_MS);
    await execAll(transaction);
  };
}
