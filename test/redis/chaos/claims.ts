import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue } from 'bullmq';
import type { TrialDetail } from '../../../results/index.ts';
import { KEY_PREFIX, keys, queueName, type Heartbeat } from '../../../worker/remote/index.ts';
import { finishedTrials } from '../../orchestrator/chaos/chaos-run.ts';
import { noopGrid } from '../../orchestrator/chaos/grids.ts';
import type { CliResult } from '../../orchestrator/support/cli.ts';
import { killHard } from '../../orchestrator/support/processes.ts';
import { connectForTest } from '../support/connect.ts';
import type { TestRedis } from '../support/redis-server.ts';
import { isOn, makeCluster } from './cluster.ts';

export interface ClaimsOptions {
  readonly folder: string;
  readonly redis: TestRedis;
  readonly workers: number;
  readonly trials: number;
  readonly kills: number;
  readonly leaseSeconds: number;
  readonly heartbeatSeconds: number;
  readonly log?: (line: string) => void;
}

export interface ClaimsReport {
  readonly last: CliResult;
  readonly finished: ReadonlyMap<string, TrialDetail>;
  readonly kills: number;
  /** Those of the kills whose attempt never said a word. */
  readonly silent: number;
}

/** How long a trial takes to say its first word here, ms: time enough to see that it was claimed, and to kill. */
const START_MS = 1500;
const MOST_PER_TRIAL = 3;

/** Kills workers as soon as they have taken a trial from the queue, before they say anything of it. */
export async function claimsRun(options: ClaimsOptions): Promise<ClaimsReport> {
  const { folder, redis, workers, trials, kills, log = () => undefined } = options;
  const gridFile = path.join(folder, 'grid.yaml');
  writeFileSync(gridFile, noopGrid({ trials, epochs: 1 }));
  const cluster = makeCluster({
    folder,
    redis: redis.url,
    gridFile,
    env: { SCALESWEEP_NOOP: JSON.stringify({ startMs: START_MS }) },
    leaseSeconds: options.leaseSeconds,
    heartbeatSeconds: options.heartbeatSeconds,
  });
  const connection = connectForTest(redis);
  const queue = new Queue(queueName('noop'), { connection, prefix: KEY_PREFIX });
  const seen = new Set<string>();
  /** The attempts that were killed, by trial. */
  const killed = new Map<string, number[]>();
  const count = (): number => [...killed.values()].flat().length;

  /** What was taken since the last look, and the process that has it. */
  const taken = async (): Promise<{ trial: string; attempt: number; pid: number }[]> => {
    const jobs = (await queue.getActive()).filter(({ id }) => !seen.has(id!));
    const found = jobs.map(async ({ id, processedBy: worker }) => {
      seen.add(id!);
      const [, trial, attempt] = /-([0-9a-f]{16})\.(\d+)$/.exec(id!)!;
      const text = worker === undefined ? null : await redis.client.get(keys.worker(worker));
      return text === null
        ? []
        : [{ trial: trial!, attempt: Number(attempt), pid: (JSON.parse(text) as Heartbeat).pid }];
    });
    return (await Promise.all(found)).flat();
  };

  try {
    for (let n = 1; n <= workers; n++) cluster.startWorker(n);
    const { child, result } = cluster.startOrchestrator();
    while (count() < kills && isOn(child)) {
      for (const { trial, attempt, pid } of await taken()) {
        const victim = cluster.workers().find((worker) => worker.child.pid === pid);
        const before = killed.get(trial) ?? [];
        // Not all on the first in the queue: a trial that takes twenty workers with it has failed.
        if (victim === undefined || before.length === MOST_PER_TRIAL || count() === kills) continue;
        killHard(pid);
        cluster.startWorker(victim.n);
        killed.set(trial, [...before, attempt]);
        if (count() % 10 === 0) log(`${count()} killed with a trial that they had not started`);
      }
      await sleep(10);
    }
    const last = await result;
    const finished = finishedTrials(folder);
    const silent = [...killed].flatMap(([trial, attempts]) =>
      (finished.get(trial)?.attempts ?? []).filter(
        ({ attempt, startedAt, outcome }) => attempts.includes(attempt) && startedAt === null && outcome === 'released',
      ),
    );
    return { last, finished, kills: count(), silent: silent.length };
  } finally {
    cluster.killAll();
    await queue.close();
    connection.disconnect();
  }
}
