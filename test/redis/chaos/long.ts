/**
 * npm run test:chaos -- [--only kills,takeover,...] [--seed 1] [--scale 1]
 *
 * The long form of the tests of a sweep over Redis: more workers, more trials, more kills. Prints what was found beside the bound that it must
 * keep, scene by scene; exit 1 when one is broken. `--scale 0.1` does a tenth of it. At full size a quarter of an hour on two quiet cores.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { formatTable } from '../../../orchestrator/cli/table.ts';
import { startFromDist } from '../../orchestrator/support/cli.ts';
import { childrenOf, killHard } from '../../orchestrator/support/processes.ts';
import { startRedis } from '../support/redis-server.ts';
import type { Check, Scene } from './scene.ts';
import { away } from './scenes/away.ts';
import { claims } from './scenes/claims.ts';
import { doubles } from './scenes/doubles.ts';
import { kills, network, redisDeaths } from './scenes/kills.ts';
import { stops } from './scenes/stops.ts';
import { takeover } from './scenes/takeover.ts';

const scenes: Readonly<Record<string, Scene>> = {
  kills,
  takeover,
  claims,
  stops,
  redis: redisDeaths,
  network,
  away,
  doubles,
};

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(scenes).join(',') },
    seed: { type: 'string', default: '1' },
    scale: { type: 'string', default: '1' },
  },
});
const seed = Number(values.seed);
const scale = Number(values.scale);
const names = values.only.split(',');
for (const name of names) {
  if (scenes[name] === undefined) throw new Error(`Expected of ${Object.keys(scenes).join(', ')}, got '${name}'`);
}

// Whoever stops it leaves no cluster behind; the workers' children follow their parents.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    for (const child of childrenOf(process.pid)) killHard(child);
    process.exit(130);
  });
}
startFromDist();
console.log(`seed ${seed}, scale ${scale}`);
const all: Check[] = [];
for (const name of names) {
  const began = performance.now();
  const checks = await play(scenes[name]!);
  console.log(table(checks));
  console.log(`${name}: ${Math.round((performance.now() - began) / 1000)} s\n`);
  all.push(...checks);
}
const broken = all.filter(({ isKept }) => !isKept);
console.log(
  broken.length === 0 ? `seed ${seed}: all ${all.length} bounds are kept` : `seed ${seed}, broken:\n${table(broken)}`,
);
process.exitCode = broken.length === 0 ? 0 : 1;

async function play(scene: Scene): Promise<Check[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-chaos-'));
  const redis = await startRedis();
  try {
    return await scene({
      folder,
      redis,
      seed,
      scaled: (count) => Math.max(2, Math.round(count * scale)),
      log: (line) => console.log(`  ${line}`),
    });
  } finally {
    await redis.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

function table(checks: readonly Check[]): string {
  return formatTable(checks, [
    { head: 'scene', value: ({ scene }) => scene, align: 'left' },
    { head: 'what', value: ({ what }) => what, align: 'left' },
    { head: 'found', value: ({ found }) => found },
    { head: 'bound', value: ({ bound }) => bound },
    { head: 'kept', value: ({ isKept }) => (isKept ? 'yes' : 'NO') },
  ]);
}
