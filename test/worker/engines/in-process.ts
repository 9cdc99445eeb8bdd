import type { FailureKind, Trial, WorkerEvent } from '../../../contract/index.ts';
import { exitCause } from '../../../worker/child/exit-cause.ts';
import { startWorkerProcess, type WorkerProcess } from '../../../worker/child/worker-process.ts';
import { isLast, PROTOCOL_VERSION } from '../../../worker/protocol/protocol.ts';

export interface InProcess {
  readonly trial: Trial;
  readonly attempt: number;
  readonly device: string;
  readonly checkpointDir: string;
  readonly env: Readonly<Record<string, string>>;
  /** SIGKILL at the first event of this type. */
  readonly killAt?: WorkerEvent['type'];
  readonly beforeKill?: () => void;
}

/** One attempt in a worker process of its own, as the orchestrator has it executed. Resolves when the process is gone. */
export function runInProcess(options: InProcess): Promise<{
  readonly events: WorkerEvent[];
  readonly cause: { readonly kind: FailureKind; readonly message: string };
}> {
  const { trial, attempt, device, checkpointDir, env, killAt, beforeKill } = options;
  const events: WorkerEvent[] = [];
  return new Promise((resolve) => {
    const worker: WorkerProcess = startWorkerProcess(
      {
        onMessage: (message) => {
          if (message.type === 'ready') {
            const attempts = [{ trial, attempt }];
            worker.send({ v: PROTOCOL_VERSION, type: 'run', attempts, device, threads: 1, checkpointDir });
            return;
          }
          events.push(...message.events);
          if (message.events.some(({ type }) => type === killAt)) {
            beforeKill?.();
            worker.kill('SIGKILL');
          } else if (message.events.some(isLast)) worker.send({ v: PROTOCOL_VERSION, type: 'shutdown' });
        },
        onExit: (exit) => resolve({ events, cause: exitCause(exit) }),
      },
      env,
    );
  });
}
