import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore, type TrialDetail } from '../../../results/index.ts';
import { finishedTrials } from '../../orchestrator/chaos/chaos-run.ts';
import { noopGrid } from '../../orchestrator/chaos/grids.ts';
import { readTrace } from '../../orchestrator/chaos/trace.ts';
import type { CliResult } from '../../orchestrator/support/cli.ts';
import { workersOf } from '../../orchestrator/support/processes.ts';
import { waitUntil } from '../../orchestrator/support/wait-until.ts';
import type { TestRedis } from '../support/redis-server.ts';
import { makeCluster, runToItsEnd } from './cluster.ts';

export interface StopsOptions {
  readonly folder: string;
  readonly redis: TestRedis;
  readonly times: number;
  readonly leaseSeconds: number;
  readonly beatSeconds: number;
  readonly log?: (line: string) => void;
}

export interface StopsReport {
  readonly last: CliResult;
  readonly planned: number;
  readonly finished: ReadonlyMap<string, TrialDetail>;
  /** Attempts that were taken over while their worker stood still. */
  readonly takenOver: number;
  /** Steps that stopped workers still made after they had been let go, for attempts that were not theirs any more. */
  readonly stepsAfterwards: number;
}

/**
 * Stops a worker and its child in the midst of a trial for longer than the lease, waits until another has taken over, and lets it go: what it
 * then says comes too late.
 */
export async function stopsRun(options: StopsOptions): Promise<StopsReport> {
  const { folder, redis, times, log = () => undefined } = options;
  const gridFile = path.join(folder, 'grid.yaml');
  const traceFile = path.join(folder, 'trace');
  // While one is taken over, which takes a lease, the other worker finishes two.
  const trials = 3 * times + 2;
  writeFileSync(gridFile, noopGrid({ trials, epochs: 1 }));
  const behaviour = { stepsPerEpoch: 40, stepMs: 50, checkpointEverySteps: 5, traceFile };
  const cluster = makeCluster({
    folder,
    redis: redis.url,
    gridFile,
    env: { SCALESWEEP_NOOP: JSON.stringify(behaviour) },
    leaseSeconds: options.leaseSeconds,
    beatSeconds: options.beatSeconds,
  });
  let takenOver = 0;
  let stepsAfterwards = 0;
  const over = new AbortController();
  const isOver = (): boolean => over.signal.aborted;
  const all = (pid: number, signal: NodeJS.Signals): void => {
    for (const each of [pid, ...workersOf(pid)]) {
      try {
        process.kill(each, signal);
      } catch {
        // Gone meanwhile.
      }
    }
  };
  try {
    for (const n of [1, 2]) cluster.startWorker(n);
    const ended = runToItsEnd(cluster).finally(() => over.abort());
    for (let time = 0; time < times && !isOver(); time++) {
      const held = await attemptAtWork(
        folder,
        cluster.workers().map(({ child }) => child.pid!),
        isOver,
      );
      if (held === undefined) break;
      const pid = held.supervisor;
      all(pid, 'SIGSTOP');
      await waitUntil('it is taken over', () => isOver() || newestAttempt(folder, held.trial) > held.attempt);
      const before = readTrace(traceFile).length;
      all(pid, 'SIGCONT');
      takenOver++;
      await sleep(200);
      stepsAfterwards += readTrace(traceFile)
        .steps.slice(before)
        .filter(([id]) => id === held.trial).length;
      log(`${time + 1}: ${held.trial} taken over from attempt ${held.attempt}`);
    }
    const last = await ended;
    return { last, planned: trials, finished: finishedTrials(folder), takenOver, stepsAfterwards };
  } finally {
    for (const { child } of cluster.workers()) all(child.pid!, 'SIGCONT');
    cluster.killAll();
  }
}

/** An attempt that some worker's child is executing, as soon as there is one. */
async function attemptAtWork(
  folder: string,
  supervisors: readonly number[],
  isOver: () => boolean,
): Promise<{ trial: string; attempt: number; supervisor: number } | undefined> {
  let found: { trial: string; attempt: number; supervisor: number } | undefined;
  await waitUntil('a worker is at work', () => {
    for (const { pid, state, trial, attempt } of ask(folder, (store) => store.running())) {
      const supervisor = supervisors.find((each) => workersOf(each).includes(pid ?? -1));
      if (state === 'running' && supervisor !== undefined) found = { trial, attempt, supervisor };
    }
    return isOver() || found !== undefined;
  });
  return found;
}

function newestAttempt(folder: string, trial: string): number {
  return Math.max(
    0,
    ...[ask(folder, (store) => store.trial(trial))]
      .flat()
      .flatMap(({ attempts }) => attempts.map(({ attempt }) => attempt)),
  );
}

function ask<T>(folder: string, question: (store: ReturnType<typeof openStore>) => T | T[]): T[] {
  try {
    const store = openStore(path.join(folder, '.scalesweep/results.db'), { mode: 'read' });
    try {
      return [question(store)].flat() as T[];
    } finally {
      store.close();
    }
  } catch {
    // Not made yet, or locked for a moment.
    return [];
  }
}
