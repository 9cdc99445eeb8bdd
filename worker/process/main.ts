/**
 * The worker process: forked by the orchestrator, executes one attempt after another until told to stop. It never opens
 * the store; all it says goes through the IPC channel, and when that closes it dies.
 */
import { setImmediate as yieldToMessages } from 'node:timers/promises';
import { handedBack, type EngineName } from '../../contract/index.ts';
import { openCheckpoints } from '../storage/checkpoints.ts';
import type { Engine } from '../engines/engine.ts';
import { openEngine } from '../engines/registry.ts';
import { guardAgainstOrphanhood } from './orphan-guard.ts';
import { makeEventSender } from './event-sender.ts';
import { parseToWorker, PROTOCOL_VERSION, type RunMessage } from '../protocol/protocol.ts';
import { runAttempt } from './run-attempt.ts';
import { keepWeights } from '../storage/weights.ts';

if (process.send === undefined) {
  process.stderr.write('worker/main is started by the orchestrator, with an IPC channel\n');
  process.exit(2);
}

/** One attempt, with where and how it is to be executed. */
type Task = RunMessage['attempts'][number] & Pick<RunMessage, 'device' | 'threads' | 'checkpointDir'>;

const queue: Task[] = [];
const stopping = new AbortController();
const engines = new Map<EngineName, Promise<Engine>>();
const sender = makeEventSender((message) => process.send!(message));
let isWorking = false;
let isLeaving = false;

/** One engine of each name, kept from trial to trial; one that failed to open is tried again by the next trial. */
function engineOf(name: EngineName): Promise<Engine> {
  const opened = engines.get(name) ?? openEngine(name);
  engines.set(name, opened);
  opened.catch(() => engines.delete(name));
  return opened;
}

async function work(): Promise<void> {
  if (isWorking) return;
  isWorking = true;
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { trial, attempt, device, threads, microBatch, checkpointDir } = next;
    if (stopping.signal.aborted) sender.push(handedBack({ trial: trial.id, attempt }));
    else {
      await runAttempt(() => engineOf(trial.spec.engine.name), {
        trial,
        attempt,
        device,
        threads,
        microBatch,
        checkpoints: openCheckpoints(checkpointDir, trial.id),
        keepWeights: (weights) => keepWeights(checkpointDir, weights),
        signal: stopping.signal,
        send: sender.push,
      });
    }
    if (queue.length === 0) sender.flush();
    // Between two trials, so that `stop` is heard even if an engine never yields.
    await yieldToMessages();
  }
  isWorking = false;
  if (isLeaving) await leave();
}

async function leave(): Promise<void> {
  sender.flush();
  for (const engine of engines.values()) await engine.then((opened) => opened.close()).catch(() => undefined);
  // Disconnecting lets queued messages drain first; the handler below then ends the process.
  process.disconnect();
}

function stop(): void {
  stopping.abort();
  isLeaving = true;
  if (!isWorking) void leave();
}

process.on('message', (raw) => {
  const message = parseToWorker(raw);
  switch (message.type) {
    case 'run':
      for (const attempt of message.attempts) queue.push({ ...message, ...attempt });
      void work();
      break;
    case 'stop':
      stop();
      break;
    case 'shutdown':
      isLeaving = true;
      if (!isWorking) void leave();
      break;
  }
});
// A trial that ends the process must not take the news of those before it along.
process.on('exit', sender.flush);
process.on('disconnect', () => process.exit(0));
// A terminal sends Ctrl-C to the whole process group; the orchestrator decides what it means and tells us.
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
process.on('SIGTERM', stop);

guardAgainstOrphanhood();
process.send({ v: PROTOCOL_VERSION, type: 'ready', pid: process.pid });
