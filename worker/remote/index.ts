/** Serving trials from Redis, and the words that workers and orchestrators use there. Apart from worker/index: it loads BullMQ. */
export { connectRedis, duplicateRedis, withoutPassword, type ConnectOptions } from './connect.ts';
export { serve, type ServeOptions, type Serving } from './serve.ts';
export { packTrials } from '../protocol/wire-trial.ts';
export {
  attemptKey,
  beat,
  KEY_PREFIX,
  keys,
  letter,
  MOST_ATTEMPTS,
  queueName,
  WIRE_VERSION,
  type Beat,
  type Letter,
  type Order,
  type Parcel,
  type Refusal,
} from './wire.ts';
