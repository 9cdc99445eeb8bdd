import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { startCli, type CliResult, type RunningCli } from '../../orchestrator/support/cli.ts';
import { killHard } from '../../orchestrator/support/processes.ts';

export interface ClusterOptions {
  /** Holds the orchestrator's store, the shared checkpoints, and a folder for each worker. */
  readonly folder: string;
  readonly redis: string;
  /** Where each worker finds Redis, if not there. */
  readonly redisOfWorker?: (n: number) => string;
  readonly gridFile: string;
  readonly env: Readonly<Record<string, string>>;
  readonly leaseSeconds: number;
  readonly heartbeatSeconds: number;
  /** Children per worker. @defaultValue 1 */
  readonly slots?: number;
}

/** Worker and orchestrator processes of one sweep, to be killed at will. */
export interface Cluster {
  /** Starts a worker, or starts it again with the outbox that it left. */
  startWorker(n: number): void;
  workers(): { readonly n: number; readonly child: ChildProcess }[];
  worker(n: number): RunningCli;
  /** `run` the first time, then `resume`. */
  startOrchestrator(): RunningCli;
  orchestrator(): RunningCli;
  /** All of them, and all their children. */
  killAll(): void;
}

export function isOn(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

export function makeCluster(options: ClusterOptions): Cluster {
  const {
    folder,
    redis,
    redisOfWorker = () => redis,
    gridFile,
    env,
    leaseSeconds,
    heartbeatSeconds,
    slots = 1,
  } = options;
  const workers = new Map<number, RunningCli>();
  let orchestrator: RunningCli | undefined;
  return {
    startWorker: (n) => {
      const cwd = path.join(folder, `worker-${n}`);
      mkdirSync(cwd, { recursive: true });
      const args = [
        '--engine',
        'noop',
        '--concurrency',
        slots,
        '--checkpoints',
        path.join(folder, 'shared'),
        '--beat',
        heartbeatSeconds,
      ];
      workers.set(n, startCli(['worker', '--redis', redisOfWorker(n), ...args.map(String)], { cwd, env }));
    },
    workers: () => [...workers].filter(([, { child }]) => isOn(child)).map(([n, { child }]) => ({ n, child })),
    worker: (n) => workers.get(n)!,
    startOrchestrator: () => {
      const hasRun = existsSync(path.join(folder, '.scalesweep/results.db'));
      const args = ['--redis', redis, '--lease', String(leaseSeconds)];
      orchestrator = startCli([...(hasRun ? ['resume'] : ['run', gridFile]), ...args], { cwd: folder, env });
      return orchestrator;
    },
    orchestrator: () => orchestrator!,
    killAll: () => {
      for (const running of [...workers.values(), ...(orchestrator === undefined ? [] : [orchestrator])]) {
        if (running.child.pid === undefined || !isOn(running.child)) continue;
        killHard(running.child.pid);
      }
    },
  };
}

/** Starts the orchestrator again each time that it was killed, until it ends by itself. */
export async function runToItsEnd(
  cluster: Cluster,
  mayRestart: () => Promise<void> = async () => undefined,
): Promise<CliResult> {
  for (;;) {
    const result = await cluster.startOrchestrator().result;
    if (result.signal === null) return result;
    await mayRestart();
  }
}
