/**
 * npm run test:chaos -- [--only kills,redis,stops,away] [--seed 1] [--scale 1]
 *
 * The long form of the tests of a sweep over Redis: more workers, more trials, more kills. Prints what was found beside the bound that it must
 * keep; exit 1 when one is broken. `--scale 0.1` does a tenth of it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { formatTable } from '../../../orchestrator/cli/table.ts';
import { doneAttempts } from '../../orchestrator/chaos/verdict.ts';
import { startRedis, type TestRedis } from '../support/redis-server.ts';
import { awayRun } from './away.ts';
import { killsRun, type Disturbance } from './kills.ts';
import { stopsRun } from './stops.ts';

interface Check {
  readonly scene: string;
  readonly what: string;
  readonly found: number;
  readonly bound: string;
  readonly isKept: boolean;
}

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'kills,redis,stops,away' },
    seed: { type: 'string', default: '1' },
    scale: { type: 'string', default: '1' },
  },
});
const seed = Number(values.seed);
const scaled = (count: number): number => Math.max(2, Math.round(count * Number(values.scale)));
const CHECKPOINT_EVERY = 10;
const scenes: Readonly<Record<string, (redis: TestRedis, folder: string) => Promise<Check[]>>> = {
  kills: (redis, folder) => torment(redis, folder, 'kills', ['worker', 'orchestrator', 'both'], scaled(40)),
  redis: (redis, folder) =>
    torment(redis, folder, 'Redis', ['flush', 'redis with its file', 'redis without its file'], scaled(12)),
  stops,
  away,
};

let areAllKept = true;
console.log(`seed ${seed}, scale ${values.scale}`);
for (const name of values.only.split(',')) {
  const scene = scenes[name];
  if (scene === undefined) throw new Error(`Expected one of ${Object.keys(scenes).join(', ')}, got '${name}'`);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-chaos-'));
  const redis = await startRedis();
  try {
    const checks = await scene(redis, folder);
    console.log(
      formatTable(checks, [
        { head: 'scene', value: (each) => each.scene, align: 'left' },
        { head: 'what', value: ({ what }) => what, align: 'left' },
        { head: 'found', value: ({ found }) => found },
        { head: 'bound', value: ({ bound }) => bound },
        { head: 'kept', value: ({ isKept }) => (isKept ? 'yes' : 'NO') },
      ]),
    );
    areAllKept &&= checks.every(({ isKept }) => isKept);
  } finally {
    await redis.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
process.exitCode = areAllKept ? 0 : 1;

async function torment(
  redis: TestRedis,
  folder: string,
  scene: string,
  kinds: Disturbance[],
  kills: number,
): Promise<Check[]> {
  const { equal, atMost } = checksOf(scene);
  const calmFolder = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-chaos-calm-'));
  try {
    const report = await killsRun({
      folder,
      calmFolder,
      redis,
      kinds,
      kills,
      seed,
      workers: scaled(8),
      trials: scaled(200),
      epochs: 2,
      stepsPerEpoch: 30,
      stepMs: 10,
      checkpointEvery: CHECKPOINT_EVERY,
      leaseSeconds: 10,
      beatSeconds: 1,
      log: (line) => console.log(`  ${line}`),
    });
    const made = Object.entries(report.made).map(([kind, count]) => `${count} ${kind}`);
    const total = Object.values(report.made).reduce((sum, count) => sum + count, 0);
    return [
      equal(`disturbances (${made.join(', ')})`, total, kills),
      equal('exit code at the end', report.last.code ?? -1, 0),
      equal('planned trials without a result', report.missing, 0),
      equal('trials without exactly one result', report.notOnce, 0),
      equal('trials whose numbers differ from the undisturbed run', report.differing, 0),
      equal('finished trials trained again', report.trainedAgain.length, 0),
      equal('falls further back than one checkpoint', report.beyondOneCheckpoint, 0),
      atMost('steps executed again', report.wasted, CHECKPOINT_EVERY * total),
      atMost('seconds from the last disturbance to the end', Math.round(report.drainSeconds), 600),
    ];
  } finally {
    rmSync(calmFolder, { recursive: true, force: true });
  }
}

async function stops(redis: TestRedis, folder: string): Promise<Check[]> {
  const { equal } = checksOf('stops');
  const times = scaled(50);
  const log = (line: string): void => console.log(`  ${line}`);
  const report = await stopsRun({ folder, redis, times, leaseSeconds: 3, beatSeconds: 0.5, log });
  return [
    equal('workers stopped past their lease, and taken over', report.takenOver, times),
    equal('exit code at the end', report.last.code ?? -1, 0),
    equal('planned trials without a result', report.planned - report.finished.size, 0),
    equal(
      'trials without exactly one result',
      [...report.finished.values()].filter((each) => doneAttempts(each) !== 1).length,
      0,
    ),
  ];
}

async function away(redis: TestRedis, folder: string): Promise<Check[]> {
  const checks: Check[] = [];
  for (const who of ['orchestrator', 'redis'] as const) {
    for (const seconds of [0, 20, 60]) {
      const { equal, atMost } = checksOf(`${who} away ${seconds} s`);
      await redis.client.flushall();
      const here = mkdtempSync(path.join(folder, 'away-'));
      const report = await awayRun({ folder: here, redis, who, awayMs: seconds * 1000, trials: 40 });
      checks.push(
        equal('exit code at the end', report.last.code ?? -1, 0),
        equal(
          'attempts beyond one per trial',
          [...report.finished.values()].reduce((sum, { attempts }) => sum + attempts.length - 1, 0),
          0,
        ),
        equal('steps executed again', report.steps - report.stepsToDo, 0),
        atMost('seconds from its return to the end', Math.round(report.drainSeconds), 60),
      );
    }
  }
  return checks;
}

function checksOf(scene: string): Record<'equal' | 'atMost', (what: string, found: number, bound: number) => Check> {
  return {
    equal: (what, found, bound) => ({ scene, what, found, bound: `= ${bound}`, isKept: found === bound }),
    atMost: (what, found, bound) => ({ scene, what, found, bound: `<= ${bound}`, isKept: found <= bound }),
  };
}
