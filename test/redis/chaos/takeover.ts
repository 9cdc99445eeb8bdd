import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attempt } from '../../../results/index.ts';
import { noopGrid } from '../../orchestrator/chaos/grids.ts';
import { killHard } from '../../orchestrator/support/processes.ts';
import { waitUntil } from '../../orchestrator/support/wait-until.ts';
import type { TestRedis } from '../support/redis-server.ts';
import { isOn, makeCluster } from './cluster.ts';
import { attemptsAtWork, attemptsOf } from './store-watch.ts';

export interface TakeoverOptions {
  readonly folder: string;
  readonly redis: TestRedis;
  /** SIGKILLs in all, two at a time. */
  readonly kills: number;
  readonly leaseSeconds: number;
  readonly heartbeatSeconds: number;
  readonly log?: (line: string) => void;
}

export interface TakeoverReport {
  /** From SIGKILL to the next attempt being handed out, seconds, each time. */
  readonly handedOn: readonly number[];
  /** From SIGKILL to the trial running elsewhere, seconds, each time. */
  readonly running: readonly number[];
}

/** Trials at work at a time; as many workers again stand idle. */
const AT_WORK = 2;

/**
 * Kills workers in the midst of trials while others have nothing to do, and measures how long a trial waits for another. Times are the store's and
 * this process's, of one clock.
 */
export async function takeoverRun(options: TakeoverOptions): Promise<TakeoverReport> {
  const { folder, redis, kills, leaseSeconds, heartbeatSeconds, log = () => undefined } = options;
  const gridFile = path.join(folder, 'grid.yaml');
  // They go on for longer than anybody kills.
  writeFileSync(gridFile, noopGrid({ trials: AT_WORK, epochs: 1 }));
  const behaviour = { stepsPerEpoch: 1_000_000, stepMs: 50, checkpointEverySteps: 10 };
  const cluster = makeCluster({
    folder,
    redis: redis.url,
    gridFile,
    env: { SCALESWEEP_NOOP: JSON.stringify(behaviour) },
    leaseSeconds,
    heartbeatSeconds,
  });
  const handedOn: number[] = [];
  const running: number[] = [];
  try {
    for (let n = 1; n <= 2 * AT_WORK; n++) cluster.startWorker(n);
    const orchestrator = cluster.startOrchestrator();
    const isOver = (): boolean => !isOn(orchestrator.child);
    while (running.length < kills) {
      // All workers are there, the trials in the midst of something.
      await sleep(2 * heartbeatSeconds * 1000);
      await waitUntil('trials are at work', () => isOver() || attemptsAtWork(folder, cluster).length === AT_WORK);
      if (isOver()) throw new Error(`The orchestrator has ended: ${orchestrator.stderr()}`);
      const killed = attemptsAtWork(folder, cluster).slice(0, kills - running.length);
      const at = Date.now();
      for (const { worker } of killed) killHard(cluster.worker(worker).child.pid!);
      // Started again at once: the idle ones it will be next time.
      for (const { worker } of killed) cluster.startWorker(worker);
      for (const { trial, attempt } of killed) {
        const next = (): Attempt | undefined => attemptsOf(folder, trial).find((each) => each.attempt > attempt);
        await waitUntil('it runs elsewhere', () => (next()?.startedAt ?? null) !== null);
        const { claimedAt, startedAt } = next()!;
        handedOn.push((claimedAt - at) / 1000);
        running.push((startedAt! - at) / 1000);
        log(`${running.length}: running again after ${running.at(-1)!.toFixed(2)} s`);
      }
    }
    return { handedOn, running };
  } finally {
    cluster.killAll();
  }
}
