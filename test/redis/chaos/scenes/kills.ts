import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { killsRun, type Disturbance, type KillsOptions, type KillsReport } from '../kills.ts';
import { checksOf, type Check, type SceneContext } from '../scene.ts';

const CHECKPOINT_EVERY = 10;

/** SIGKILL of random workers, of the orchestrator, of both. */
export const kills = async (context: SceneContext): Promise<Check[]> => {
  const [report, checks] = await torment(context, 'kills', ['worker', 'orchestrator', 'both'], context.scaled(40));
  return [...checks, ...trainingChecks('kills', report, context.scaled(40))];
};

/** FLUSHALL, and SIGKILL of Redis with and without its file. */
export const redisDeaths = async (context: SceneContext): Promise<Check[]> => {
  const kinds: Disturbance[] = ['flush', 'redis with its file', 'redis without its file'];
  const [report, checks] = await torment(context, 'Redis', kinds, context.scaled(12), { trials: context.scaled(100) });
  return [...checks, ...trainingChecks('Redis', report, context.scaled(12))];
};

/**
 * A network that fails for longer than the lease, before half of the workers. What they were at is handed on, and they go on with it unknowing: so a
 * step is executed twice here, and only the results tell.
 */
export const network = async (context: SceneContext): Promise<Check[]> => {
  // Slow steps: a failure lasts five seconds, and the sweep must outlast all of them.
  const settings = {
    trials: context.scaled(100),
    stepMs: 60,
    workers: 4,
    leaseSeconds: 3,
    heartbeatSeconds: 0.5,
    downMs: 5000,
  };
  const [, checks] = await torment(context, 'network', ['network cut', 'network stalled'], context.scaled(8), settings);
  return checks;
};

async function torment(
  { folder, redis, seed, scaled, log }: SceneContext,
  scene: string,
  kinds: readonly Disturbance[],
  count: number,
  settings: Partial<KillsOptions> = {},
): Promise<[KillsReport, Check[]]> {
  const { equal, told } = checksOf(scene);
  const calmFolder = path.join(folder, 'calm');
  mkdirSync(calmFolder);
  const report = await killsRun({
    folder,
    calmFolder,
    redis,
    kinds,
    kills: count,
    seed,
    workers: scaled(8),
    trials: scaled(200),
    epochs: 2,
    stepsPerEpoch: 30,
    stepMs: 10,
    checkpointEvery: CHECKPOINT_EVERY,
    leaseSeconds: 10,
    heartbeatSeconds: 1,
    log,
    ...settings,
  });
  const made = Object.entries(report.made).map(([kind, times]) => `${times} ${kind}`);
  const total = Object.values(report.made).reduce((sum, times) => sum + times, 0);
  return [
    report,
    [
      equal(`disturbances (${made.join(', ')})`, total, count),
      equal('exit code at the end', report.last.code ?? -1, 0),
      equal('planned trials without a result', report.missing, 0),
      equal('results that were not planned', report.unplanned, 0),
      equal('trials without exactly one result', report.notOnce, 0),
      equal('trials whose numbers differ from the undisturbed run', report.differing, 0),
      equal('attempts that began after their trial had its result', report.begunAfterwards, 0),
      told('seconds from the last disturbance to the end', Math.round(report.drainSeconds)),
    ],
  ];
}

/** From the steps as they were executed. */
function trainingChecks(scene: string, report: KillsReport, count: number): Check[] {
  const { equal, atMost } = checksOf(scene);
  return [
    equal('finished trials trained again', report.trainedAgain.length, 0),
    equal(`falls further back than one checkpoint (${CHECKPOINT_EVERY} steps)`, report.beyondOneCheckpoint, 0),
    atMost(`steps executed again, of ${report.steps}`, report.wasted, CHECKPOINT_EVERY * count),
  ];
}
