import { Worker } from 'node:worker_threads';

/**
 * Watches from a thread of its own: a training step blocks the event loop for as long as it takes, seconds for a large
 * network, and `disconnect` is only seen between steps. A change of the parent's id is seen at once.
 */
const WATCH = `
const { workerData } = require('node:worker_threads');
setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL');
}, 250);
`;

/** Kills this process within a quarter of a second of its parent's death: an orphan must not keep burning a core. */
export function guardAgainstOrphanhood(): void {
  new Worker(WATCH, { eval: true, workerData: process.ppid, execArgv: [], env: {} }).unref();
}
