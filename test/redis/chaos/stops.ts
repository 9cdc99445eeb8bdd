import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TrialDetail } from '../../../results/index.ts';
import { finishedTrials } from '../../orchestrator/chaos/chaos-run.ts';
import { noopGrid } from '../../orchestrator/chaos/grids.ts';
import type { CliResult } from '../../orchestrator/support/cli.ts';
import { workersOf } from '../../orchestrator/support/processes.ts';
import { waitUntil } from '../../orchestrator/support/wait-until.ts';
import type { TestRedis } from '../support/redis-server.ts';
import { isOn, makeCluster, runToItsEnd } from './cluster.ts';
import { attemptsAtWork, attemptsOf, type AttemptAtWork } from './store-watch.ts';

export interface StopsOptions {
  readonly folder: string;
  readonly redis: TestRedis;
  readonly times: number;
  /** Workers stopped at one time; as many again take over. */
  readonly atOnce: number;
  readonly leaseSeconds: number;
  readonly heartbeatSeconds: number;
  readonly log?: (line: string) => void;
}

export interface StopsReport {
  readonly last: CliResult;
  readonly planned: number;
  readonly finished: ReadonlyMap<string, TrialDetail>;
  /** Attempts that were taken over while their worker stood still. */
  readonly takenOver: number;
  /** Those of them that handed in no result. */
  readonly refused: number;
}

/** Longer than a look at the store takes, shorter than a lease: a child whose worker is stopped comes to its end meanwhile. */
const BEHAVIOUR = { stepsPerEpoch: 40, stepMs: 50, checkpointEverySteps: 5 };

/**
 * Stops workers in the midst of trials for longer than the lease, waits until others have taken over, and lets them go: what they then say comes too
 * late. Every other time their children are not stopped and finish the trial: then the late word is a result.
 */
export async function stopsRun(options: StopsOptions): Promise<StopsReport> {
  const { folder, redis, times, atOnce, leaseSeconds, heartbeatSeconds, log = () => undefined } = options;
  const gridFile = path.join(folder, 'grid.yaml');
  // While some are taken over, which takes a lease, the other workers go on.
  const trials = 6 * times + 4 * atOnce;
  writeFileSync(gridFile, noopGrid({ trials, epochs: 1 }));
  const cluster = makeCluster({
    folder,
    redis: redis.url,
    gridFile,
    env: { SCALESWEEP_NOOP: JSON.stringify(BEHAVIOUR) },
    leaseSeconds,
    heartbeatSeconds,
  });
  const stopped: AttemptAtWork[] = [];
  const over = new AbortController();
  const isOver = (): boolean => over.signal.aborted;
  const signal = ({ worker }: Pick<AttemptAtWork, 'worker'>, name: NodeJS.Signals, children: boolean): void => {
    const { pid } = cluster.worker(worker).child;
    for (const each of [pid!, ...(children ? workersOf(pid!) : [])]) {
      try {
        process.kill(each, name);
      } catch {
        // Gone meanwhile.
      }
    }
  };
  const isTakenOver = ({ trial, attempt }: AttemptAtWork): boolean =>
    attemptsOf(folder, trial).some((each) => each.attempt > attempt);

  try {
    for (let n = 1; n <= 2 * atOnce; n++) cluster.startWorker(n);
    const ended = runToItsEnd(cluster).finally(() => over.abort());
    for (let round = 0; stopped.length < times && !isOver(); round++) {
      const most = Math.min(atOnce, times - stopped.length);
      await waitUntil('workers are at work', () => isOver() || attemptsAtWork(folder, cluster).length >= most);
      const held = attemptsAtWork(folder, cluster).slice(0, most);
      const children = round % 2 === 0;
      for (const each of held) signal(each, 'SIGSTOP', children);
      // One that had handed in at this very moment is not taken over.
      await waitUntil('they are taken over', () => isOver() || held.every((each) => isTakenOver(each) || isDone(each)));
      for (const each of held) signal(each, 'SIGCONT', true);
      stopped.push(...held.filter(isTakenOver));
      log(`${stopped.length} taken over, ${children ? 'with their children' : 'their children at work'}`);
      await sleep(2 * heartbeatSeconds * 1000);
    }
    const last = await ended;
    const lateResults = stopped.filter(isDone);
    return {
      last,
      planned: trials,
      finished: finishedTrials(folder),
      takenOver: stopped.length,
      refused: stopped.length - lateResults.length,
    };
  } finally {
    for (const { n, child } of cluster.workers()) if (isOn(child)) signal({ worker: n }, 'SIGCONT', true);
    cluster.killAll();
  }

  function isDone({ trial, attempt }: AttemptAtWork): boolean {
    return attemptsOf(folder, trial).some((each) => each.attempt === attempt && each.outcome === 'done');
  }
}
