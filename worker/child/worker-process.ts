import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { packToWorker, parseFromWorker, type FromWorker, type ToWorker } from '../protocol/protocol.ts';
import { residentBytes } from './resident-bytes.ts';
import { kernelOomKills, type Exit } from './exit-cause.ts';
import { usableMemory } from '../process/machine.ts';
import { sourceOrBuilt } from './source-or-built.ts';

const STDERR_KEPT = 8000;
/** How often a process is asked for its memory: 0.02 ms each time. */
const RESIDENT_MS = 500;

interface WorkerProcessHandlers {
  readonly onMessage: (message: FromWorker) => void;
  /** Once, when the process is gone and all that it said was delivered. */
  readonly onExit: (exit: Exit) => void;
}

export interface WorkerProcess {
  readonly pid: number | undefined;
  /** Silently dropped when the process is gone: `onExit` tells. */
  send(message: ToWorker): void;
  kill(signal: NodeJS.Signals): void;
}

/**
 * Forks `worker/main`: under tsx from the sources, plainly from dist/.
 *
 * @param env added to the environment that the child inherits.
 */
export function startWorkerProcess(
  handlers: WorkerProcessHandlers,
  env: Readonly<Record<string, string>> = {},
): WorkerProcess {
  const { file, execArgv } = sourceOrBuilt(import.meta.url, '../process/main');
  const child = fork(file, [], {
    // Memory is given back between trials.
    execArgv: [...execArgv, '--expose-gc'],
    // Standard output belongs to the orchestrator's document; what a library prints there is kept with the errors.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'json',
    env: { ...process.env, ...env },
  });
  const oomKillsBefore = kernelOomKills();
  let stderr = '';
  let rssBytes = 0;
  const keep = (chunk: Buffer): void => {
    stderr = (stderr + chunk.toString('utf8')).slice(-STDERR_KEPT);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  child.on('message', (raw) => {
    const message = parseFromWorker(raw);
    if (message.type === 'events') rssBytes = message.rssBytes;
    handlers.onMessage(message);
  });
  // A step that fills the memory says nothing until it is over, and is killed before: it is looked at from outside.
  const watching = setInterval(() => {
    rssBytes = (child.pid === undefined ? undefined : residentBytes(child.pid)) ?? rssBytes;
  }, RESIDENT_MS);
  watching.unref();
  let isGone = false;
  const gone = (code: number | null, signal: NodeJS.Signals | null): void => {
    if (isGone) return;
    isGone = true;
    clearInterval(watching);
    const after = kernelOomKills();
    const oomKills = oomKillsBefore === null || after === null ? null : after - oomKillsBefore;
    handlers.onExit({ code, signal, stderr, rssBytes, oomKills, totalBytes: usableMemory() });
  };
  // `close` and not `exit`: messages and the last words on standard error may still be in the pipes at `exit`.
  child.on('close', gone);
  // The process could not be started (no more processes allowed, say): neither `exit` nor `close` follows.
  child.on('error', (error) => {
    keep(Buffer.from(`${path.basename(file)}: ${error.message}\n`));
    if (child.pid === undefined) gone(null, null);
  });
  return {
    pid: child.pid,
    send: (message) => sendTo(child, message),
    kill: (signal) => void child.kill(signal),
  };
}

function sendTo(child: ChildProcess, message: ToWorker): void {
  if (!child.connected) return;
  // The callback takes the error of a channel that closes meanwhile; without it Node emits `error`.
  child.send(packToWorker(message), undefined, undefined, () => undefined);
}
