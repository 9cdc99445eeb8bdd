/** Serving trials from Redis, and the words that workers and orchestrators use there. Apart from worker/index: it loads BullMQ. */
export { connectRedis, duplicateRedis } from './connect.ts';
export { makeNotice, type Notice } from './notice.ts';
export { execAll } from './redis-reason.ts';
export { serve, type Serving } from './serve.ts';
export { packTrials } from '../protocol/wire-trial.ts';
export {
  attemptKey,
  heartbeat,
  KEY_PREFIX,
  keys,
  workerMessage,
  MOST_ATTEMPTS,
  queueName,
  WIRE_VERSION,
  type Heartbeat,
  type WorkerMessage,
  type ControlMessage,
  type AttemptBatch,
  type Refusal,
} from './wire.ts';
