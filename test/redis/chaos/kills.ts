import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { random } from '../../../contract/index.ts';
import { finishedTrials } from '../../orchestrator/chaos/chaos-run.ts';
import { noopGrid } from '../../orchestrator/chaos/grids.ts';
import { readTrace, traceLength } from '../../orchestrator/chaos/trace.ts';
import { runCli, type CliResult } from '../../orchestrator/support/cli.ts';
import { killHard } from '../../orchestrator/support/processes.ts';
import { startProxy } from '../support/proxy.ts';
import type { TestRedis } from '../support/redis-server.ts';
import { isOn, makeCluster, runToItsEnd } from './cluster.ts';
import { judge, watchForAgain, type Verdict } from './verdict.ts';

/** What is done to the cluster. */
export const disturbances = [
  'worker',
  'orchestrator',
  'both',
  'flush',
  'redis with its file',
  'redis without its file',
  'network cut',
  'network stalled',
] as const;
export type Disturbance = (typeof disturbances)[number];

export interface KillsOptions {
  readonly folder: string;
  readonly calmFolder: string;
  readonly redis: TestRedis;
  readonly workers: number;
  readonly trials: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly stepMs: number;
  readonly checkpointEvery: number;
  readonly kills: number;
  /** Drawn from with equal chances. */
  readonly kinds: readonly Disturbance[];
  readonly seed: number;
  readonly leaseSeconds: number;
  readonly heartbeatSeconds: number;
  /** How long Redis, the orchestrator or the network stays away each time, ms. @defaultValue 0 */
  readonly downMs?: number;
  readonly log?: (line: string) => void;
}

export interface KillsReport extends Verdict {
  readonly planned: number;
  readonly made: Readonly<Partial<Record<Disturbance, number>>>;
  readonly trainedAgain: readonly string[];
  /** Steps that there were to do. */
  readonly steps: number;
  readonly last: CliResult;
  /** From the last disturbance to the end, seconds. */
  readonly drainSeconds: number;
}

/** Runs a sweep over Redis to its end while killing what carries it, and compares it with an undisturbed run. */
export async function killsRun(options: KillsOptions): Promise<KillsReport> {
  const { folder, redis, kills, kinds, seed, log = () => undefined } = options;
  const gridFile = path.join(folder, 'grid.yaml');
  writeFileSync(gridFile, noopGrid(options));
  const traceFile = path.join(folder, 'trace');
  const behaviour = {
    stepsPerEpoch: options.stepsPerEpoch,
    stepMs: options.stepMs,
    checkpointEverySteps: options.checkpointEvery,
  };
  // Before every other worker, where the network is to fail.
  const proxy = kinds.some((kind) => kind.startsWith('network')) ? await startProxy(redis.port) : undefined;
  const cluster = makeCluster({
    folder,
    redis: redis.url,
    ...(proxy === undefined ? {} : { redisOfWorker: (n: number) => (n % 2 === 0 ? redis.url : proxy.url) }),
    gridFile,
    env: { SCALESWEEP_NOOP: JSON.stringify({ ...behaviour, traceFile }) },
    leaseSeconds: options.leaseSeconds,
    heartbeatSeconds: options.heartbeatSeconds,
  });
  const draw = random(seed, 'cluster chaos');
  const steps = options.trials * options.epochs * options.stepsPerEpoch;
  /** Steps until the next disturbance at most: so many that they fall all over the sweep, so few that it is not over before. */
  const apart = (done: number): number =>
    Math.max(1, Math.ceil((1.5 * (steps - traceLength(traceFile))) / (kills - done + 1)));
  const made: Partial<Record<Disturbance, number>> = {};
  const again = watchForAgain(
    () => finishedTrials(folder),
    () => readTrace(traceFile),
  );
  const over = new AbortController();
  const isOver = (): boolean => over.signal.aborted;
  let lastAt = performance.now();
  try {
    for (let n = 1; n <= options.workers; n++) cluster.startWorker(n);
    const ended = runToItsEnd(cluster, () => sleep(options.downMs ?? 0)).finally(() => over.abort());
    await disturb();
    lastAt = performance.now();
    const last = await ended;
    const drainSeconds = (performance.now() - lastAt) / 1000;
    const calm = await runCli(['run', gridFile], {
      cwd: options.calmFolder,
      env: { SCALESWEEP_NOOP: JSON.stringify({ ...behaviour, stepMs: 0 }) },
    });
    if (calm.code !== 0) throw new Error(`The undisturbed run failed: ${calm.stderr}`);
    const trace = readTrace(traceFile);
    const expected = finishedTrials(options.calmFolder);
    return {
      planned: expected.size,
      made,
      trainedAgain: again.trainedAgain(trace),
      steps,
      last,
      drainSeconds,
      ...judge(finishedTrials(folder), expected, trace, options.checkpointEvery),
    };
  } finally {
    cluster.killAll();
    await proxy?.close();
  }

  async function disturb(): Promise<void> {
    for (let n = 0; n < kills && !isOver();) {
      await moment(apart(n));
      if (isOver()) return;
      again.look();
      const kind = kinds[draw.below(kinds.length)]!;
      if (!(await act(kind))) continue;
      n++;
      made[kind] = (made[kind] ?? 0) + 1;
      log(`${n}: ${kind}, ${finishedTrials(folder).size} trials finished`);
    }
  }

  /** Mostly in the midst of training, after so many more steps; now and then while processes start. */
  async function moment(most: number): Promise<void> {
    const isEarly = draw.next() < 0.25;
    const target = traceLength(traceFile) + 5 + draw.below(most);
    const end = performance.now() + (isEarly ? draw.below(3000) : 30_000);
    const isTime = (): boolean => performance.now() >= end || (!isEarly && traceLength(traceFile) >= target);
    while (!isOver() && !isTime()) await sleep(20);
  }

  /** False if there was nothing to kill just now. */
  async function act(kind: Disturbance): Promise<boolean> {
    switch (kind) {
      case 'worker':
        return killWorker();
      case 'orchestrator':
        return killOrchestrator();
      case 'both': {
        const wasOn = killOrchestrator();
        return killWorker() && wasOn;
      }
      case 'flush':
        await redis.client.flushall();
        return true;
      case 'redis with its file':
      case 'redis without its file':
        await redis.kill({ forget: kind === 'redis without its file' });
        await sleep(options.downMs ?? 0);
        await redis.restart();
        return true;
      case 'network cut':
      case 'network stalled':
        if (kind === 'network cut') proxy!.cut();
        else proxy!.stall();
        await sleep(options.downMs ?? 0);
        proxy!.restore();
        return true;
    }
  }

  function killWorker(): boolean {
    const alive = cluster.workers();
    if (alive.length === 0) return false;
    const { n, child } = alive[draw.below(alive.length)]!;
    killHard(child.pid!);
    cluster.startWorker(n);
    return true;
  }

  function killOrchestrator(): boolean {
    const { child } = cluster.orchestrator();
    if (!isOn(child)) return false;
    killHard(child.pid!);
    return true;
  }
}
