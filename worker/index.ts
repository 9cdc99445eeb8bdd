/** What the orchestrator needs of a worker: its protocol and its places. The engines stay behind `worker/main`. */
export { describeEnvironment } from './environment.ts';
export {
  fromWorker,
  isLast,
  parseFromWorker,
  parseToWorker,
  PROTOCOL_VERSION,
  toWorker,
  type FromWorker,
  type ToWorker,
} from './protocol.ts';
