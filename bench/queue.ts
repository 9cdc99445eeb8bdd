/**
 * npm run bench:queue -- [--json] [--trials 10000,100000] [--lanes 2] [--rounds 3]
 *
 * Trials of the no-op engine per second through store, BullMQ, worker process and store again, against what BullMQ alone does on this machine
 * in the same run: `addBulk`, and a processor that returns at once. Goal: at least 0.6 of it. The sides take turns, and the best of the rounds
 * counts, so that a disturbance has to last to matter. Starts its own redis-server.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Queue, Worker as BullWorker } from 'bullmq';
import { packageRoot } from '../contract/index.ts';
import { formatTable } from '../orchestrator/cli/table.ts';
import { startCli, startFromDist } from '../test/orchestrator/support/cli.ts';
import type * as Grids from '../grids/index.ts';
import type * as RedisDispatch from '../orchestrator/dispatch/redis/index.ts';
import type * as Plan from '../orchestrator/launch/plan/plan-sweep.ts';
import type * as StorePlan from '../orchestrator/launch/plan/store-plan.ts';
import type * as Sweep from '../orchestrator/sweep/run-sweep.ts';
import type * as Results from '../results/index.ts';
import { keys, type Heartbeat } from '../worker/remote/index.ts';
import { waitUntil } from '../test/orchestrator/support/wait-until.ts';
import { connectForTest } from '../test/redis/support/connect.ts';
import { startRedis, type TestRedis } from '../test/redis/support/redis-server.ts';
import { noopGrid } from './support/noop-grid.ts';

// As users run it: from what was built, not from sources that tsx wraps.
const fromDist = (module: string): Promise<unknown> =>
  import(pathToFileURL(path.join(packageRoot(), 'dist', `${module}.js`)).href);
const { parseGrid } = (await fromDist('grids/index')) as typeof Grids;
const { makeRedisDispatcher } = (await fromDist('orchestrator/dispatch/redis/index')) as typeof RedisDispatch;
const { planSweep } = (await fromDist('orchestrator/launch/plan/plan-sweep')) as typeof Plan;
const { storePlan } = (await fromDist('orchestrator/launch/plan/store-plan')) as typeof StorePlan;
const { runSweep } = (await fromDist('orchestrator/sweep/run-sweep')) as typeof Sweep;
const { openStore } = (await fromDist('results/index')) as typeof Results;
startFromDist();

interface Figures {
  readonly trials: number;
  /** Per second. */
  readonly ours: number;
  /** Per second. */
  readonly bullmqAlone: number;
  readonly ratio: number;
}

/** As BullMQ's own benchmarks have it. */
const BULK = 500;
const CONCURRENCY = 100;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    trials: { type: 'string', default: '10000,100000' },
    lanes: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
  },
});
const redis = await startRedis();
try {
  const figures: Figures[] = [];
  for (const trials of values.trials.split(',').map(Number)) {
    let [bullmqAlone, ours] = [0, 0];
    for (let round = 0; round < Number(values.rounds); round++) {
      bullmqAlone = Math.max(bullmqAlone, trials / (await secondsOfBullmq(redis, trials)));
      await redis.client.flushall();
      ours = Math.max(ours, trials / (await secondsOfSweep(redis, trials, values.lanes)));
      await redis.client.flushall();
    }
    figures.push({ trials, ours, bullmqAlone, ratio: ours / bullmqAlone });
  }
  if (values.json) console.log(JSON.stringify({ figures }, null, 2));
  else {
    console.log(
      formatTable(figures, [
        { head: 'trials', value: ({ trials }) => trials.toLocaleString('en') },
        { head: 'scalesweep, per s', value: ({ ours }) => Math.round(ours).toLocaleString('en') },
        { head: 'BullMQ alone, per s', value: ({ bullmqAlone }) => Math.round(bullmqAlone).toLocaleString('en') },
        { head: 'ratio', value: ({ ratio }) => ratio.toFixed(2) },
      ]),
    );
  }
} finally {
  await redis.close();
}

async function secondsOfBullmq(server: TestRedis, jobs: number): Promise<number> {
  const connection = connectForTest(server);
  const ofWorker = connectForTest(server);
  const queue = new Queue('alone', { connection });
  let done = 0;
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const worker = new BullWorker(
    'alone',
    async () => {
      if (++done === jobs) finish();
    },
    { connection: ofWorker, concurrency: CONCURRENCY, removeOnComplete: { count: 0 } },
  );
  await worker.waitUntilReady();
  const began = performance.now();
  for (let from = 0; from < jobs; from += BULK) {
    await queue.addBulk(Array.from({ length: BULK }, (_, i) => ({ name: 'job', data: { n: from + i } })));
  }
  await finished;
  const seconds = (performance.now() - began) / 1000;
  await worker.close();
  await queue.close();
  // BullMQ leaves open what it was given.
  connection.disconnect();
  ofWorker.disconnect();
  return seconds;
}

async function secondsOfSweep(server: TestRedis, trials: number, slots: string): Promise<number> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-bench-'));
  const args = [
    'worker',
    '--redis',
    server.url,
    '--engine',
    'noop',
    '--concurrency',
    slots,
    '--checkpoints',
    folder,
    '--beat',
    '0.5',
  ];
  const worker = startCli(args, { cwd: folder });
  const store = openStore(path.join(folder, 'results.db'), { mode: 'run' });
  try {
    const sweep = storePlan(
      store,
      planSweep(
        parseGrid(noopGrid('What does a trial cost beside the training, on machines elsewhere?', trials), 'bench.yaml'),
      ),
      Date.now(),
    );
    await slotsIdle(server, Number(slots));
    let handedAt: number | undefined;
    const dispatcher = makeRedisDispatcher({
      redis: connectForTest(server),
      store: 'b'.repeat(32),
      engine: 'noop',
      reader: 'bench',
      adopt: [],
      log: console.error,
    });
    const outcome = await runSweep({
      store,
      sweep: sweep.id,
      dispatcher,
      watch: ({ type }) => {
        if (type === 'handed') handedAt ??= performance.now();
      },
      signal: new AbortController().signal,
      now: () => Date.now(),
    });
    const seconds = (performance.now() - handedAt!) / 1000;
    await dispatcher.close();
    if (outcome.kind !== 'finished' || outcome.counts.done !== trials)
      throw new Error(`Expected ${trials} finished trials, got ${JSON.stringify(outcome)}`);
    return seconds;
  } finally {
    store.close();
    worker.child.kill('SIGTERM');
    await worker.result;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The worker's processes have started: what that takes is no part of a trial's cost. */
async function slotsIdle(server: TestRedis, slots: number): Promise<void> {
  await waitUntil('the worker is ready', async () => {
    const ids = await server.client.smembers(keys.workers);
    const heartbeats = await Promise.all(ids.map((id) => server.client.get(keys.worker(id))));
    const states = heartbeats.flatMap((text) => (JSON.parse(text ?? '{"lanes":[]}') as Pick<Heartbeat, 'lanes'>).lanes);
    return states.filter(({ state }) => state === 'idle').length === slots;
  });
}
