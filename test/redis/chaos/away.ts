import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TrialDetail } from '../../../results/index.ts';
import { finishedTrials } from '../../orchestrator/chaos/chaos-run.ts';
import { noopGrid } from '../../orchestrator/chaos/grids.ts';
import { readTrace } from '../../orchestrator/chaos/trace.ts';
import type { CliResult } from '../../orchestrator/support/cli.ts';
import { killHard } from '../../orchestrator/support/processes.ts';
import { waitUntil } from '../../orchestrator/support/wait-until.ts';
import type { TestRedis } from '../support/redis-server.ts';
import { makeCluster, runToItsEnd } from './cluster.ts';

export interface AwayOptions {
  readonly folder: string;
  readonly redis: TestRedis;
  readonly who: 'orchestrator' | 'redis';
  readonly awayMs: number;
  readonly trials: number;
  readonly stepsPerTrial: number;
  readonly stepMs: number;
}

export interface AwayReport {
  readonly last: CliResult;
  readonly finished: ReadonlyMap<string, TrialDetail>;
  /** Steps that workers made while it was away. */
  readonly stepsMeanwhile: number;
  /** Steps executed in all, and how many there are to do. */
  readonly steps: number;
  readonly stepsToDo: number;
  /** From its return to the end, seconds. */
  readonly drainSeconds: number;
  /** Of these, what the steps take that were left to do: no step is faster than its `stepMs`. */
  readonly trainingSeconds: number;
}

const WORKERS = 2;

/** Takes the orchestrator or Redis away by SIGKILL while workers train, and brings it back. */
export async function awayRun(options: AwayOptions): Promise<AwayReport> {
  const { folder, redis, who, awayMs, trials, stepsPerTrial, stepMs } = options;
  const gridFile = path.join(folder, 'grid.yaml');
  const traceFile = path.join(folder, 'trace');
  writeFileSync(gridFile, noopGrid({ trials, epochs: 1 }));
  const cluster = makeCluster({
    folder,
    redis: redis.url,
    gridFile,
    env: {
      SCALESWEEP_NOOP: JSON.stringify({ stepsPerEpoch: stepsPerTrial, stepMs, checkpointEverySteps: 10, traceFile }),
    },
    leaseSeconds: 10,
    heartbeatSeconds: 1,
  });
  const steps = (): number => readTrace(traceFile).length;
  try {
    for (let n = 1; n <= WORKERS; n++) cluster.startWorker(n);
    let backAt = 0;
    const ended = runToItsEnd(cluster, async () => {
      await sleep(awayMs);
      backAt = performance.now();
    });
    let early: CliResult | undefined;
    const noteEarly = ended.then((result) => (early = result));
    noteEarly.catch(() => undefined);
    await waitUntil('workers train', () => {
      if (early !== undefined) throw new Error(`The orchestrator ended with code ${early.code}: ${early.stderr}`);
      return steps() > 20;
    });
    const before = steps();
    if (who === 'orchestrator') killHard(cluster.orchestrator().child.pid!);
    else {
      await redis.kill();
      await sleep(awayMs);
      backAt = performance.now();
      await redis.restart();
    }
    await waitUntil('it is back', () => backAt > 0, awayMs + 60_000);
    const stepsMeanwhile = steps() - before;
    const stepsToDo = trials * stepsPerTrial;
    const left = stepsToDo - steps();
    const last = await ended;
    return {
      last,
      finished: finishedTrials(folder),
      stepsMeanwhile,
      steps: steps(),
      stepsToDo,
      drainSeconds: (performance.now() - backAt) / 1000,
      trainingSeconds: (left * stepMs) / 1000 / WORKERS,
    };
  } finally {
    cluster.killAll();
  }
}
