import type { Redis } from 'ioredis';
import { keys, type Order } from '../../../worker/remote/index.ts';

/** An order that its worker has not taken by then is of no use to anyone, ms. */
const KEPT_MS = 3600_000;

/** Leaves an order for a worker. */
export type Give = (worker: string, order: Order) => Promise<void>;

export function makeGive(redis: Redis): Give {
  return async (worker, order) => {
    await redis.multi().rpush(keys.orders(worker), JSON.stringify(order)).pexpire(keys.orders(worker), KEPT_MS).exec();
  };
}
