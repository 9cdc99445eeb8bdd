import path from 'node:path';
import { makeRedisDispatcher } from '../../../orchestrator/dispatch/redis/index.ts';
import { planSweep } from '../../../orchestrator/launch/plan/plan-sweep.ts';
import { storePlan } from '../../../orchestrator/launch/plan/store-plan.ts';
import type { SweepNews } from '../../../orchestrator/sweep/news.ts';
import { runSweep, type SweepOutcome } from '../../../orchestrator/sweep/run-sweep.ts';
import { parseGrid } from '../../../grids/index.ts';
import { openStore, resultRows, type SqliteStore, type TrialDetail } from '../../../results/index.ts';
import type { NoopOptions } from '../../../worker/engines/noop/options.ts';
import { serve, type Serving } from '../../../worker/remote/index.ts';
import { noopGrid } from '../../orchestrator/chaos/grids.ts';
import { connectForTest } from './connect.ts';
import type { TestRedis } from './redis-server.ts';

/** As the noop engine is to behave; children started afterwards inherit it. */
export function behave(options: Partial<NoopOptions>): void {
  process.env['SCALESWEEP_NOOP'] = JSON.stringify(options);
}

export interface WorkerSettings {
  readonly folder: string;
  /** Where Redis is, or a proxy before it. */
  readonly redis: string;
  readonly slots?: number;
  /** Of checkpoints; shared unless it lies elsewhere for each worker. */
  readonly checkpointDir?: string;
  readonly checkpointCapBytes?: number;
  readonly name?: string;
  readonly log?: (text: string) => void;
}

/** A worker in this process, with children of its own. */
export function startWorker({
  folder,
  redis,
  slots = 1,
  checkpointDir,
  checkpointCapBytes = 0,
  name = 'worker',
  log,
}: WorkerSettings): Promise<Serving> {
  return serve({
    redis,
    engine: 'noop',
    devices: Array.from({ length: slots }, () => 'cpu'),
    threads: 1,
    checkpointDir: checkpointDir ?? path.join(folder, 'checkpoints'),
    checkpointCapBytes,
    outboxDir: path.join(folder, `outbox-${name}`),
    log: log ?? (() => undefined),
    heartbeatMs: 200,
  });
}

export interface SweepSettings {
  readonly folder: string;
  readonly redis: Pick<TestRedis, 'port'>;
  readonly trials: number;
  readonly epochs?: number;
  readonly leaseMs?: number;
  readonly ahead?: number;
  /** Names the store. */
  readonly id?: string;
  readonly watch?: (news: SweepNews) => void;
  readonly signal?: AbortSignal;
  readonly log?: (text: string) => void;
}

export const STORE = 'a'.repeat(32);

export interface SweepRun {
  readonly store: SqliteStore;
  readonly sweep: string;
  readonly outcome: Promise<SweepOutcome>;
}

/** A sweep in this process, over Redis, with a store of its own. The caller awaits the outcome and closes the store. */
export function startSweep({
  folder,
  redis,
  trials,
  epochs = 1,
  leaseMs = 3000,
  ahead = 1,
  id = STORE,
  watch,
  signal,
  log,
}: SweepSettings): SweepRun {
  const store = openStore(path.join(folder, 'results.db'), { mode: 'run' });
  const sweep = storePlan(store, planSweep(parseGrid(noopGrid({ trials, epochs }), 'grid.yaml')), Date.now());
  const dispatcher = makeRedisDispatcher({
    redis: connectForTest(redis),
    store: id,
    engine: 'noop',
    reader: `reader-${Math.round(performance.now() * 1000)}`,
    adopt: store.running(),
    log: log ?? (() => undefined),
    leaseMs,
    ahead,
    tickMs: 100,
  });
  const ended = runSweep({
    store,
    sweep: sweep.id,
    dispatcher,
    adopted: store.running(sweep.id).map(({ trial, attempt }) => ({ trial, attempt, crashes: 0, hostLosses: 0 })),
    watch: watch ?? (() => undefined),
    signal: signal ?? new AbortController().signal,
    now: () => Date.now(),
  });
  const closing = async (): Promise<SweepOutcome> => {
    try {
      return await ended;
    } finally {
      await dispatcher.close();
    }
  };
  return { store, sweep: sweep.id, outcome: closing() };
}

/** All trials with a result, with all that the store holds of them. */
export function finished(store: SqliteStore): TrialDetail[] {
  return resultRows(store).map(({ id }) => store.trial(id));
}

/** Attempts that handed in a result, of each finished trial: `[1, 1, ...]` when all is well. */
export function doneCounts(store: SqliteStore): number[] {
  return finished(store).map(({ attempts }) => attempts.filter(({ outcome }) => outcome === 'done').length);
}
