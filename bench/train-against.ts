/**
 * Training speed beside another checkout's, in one run: `npm run bench:against -- CHECKOUT [--rounds 6] [--seconds 4]`.
 *
 * For a change that must not change speed. The checkouts take turns, in an order that alternates, each with one process per
 * core; per network the best of the rounds counts, in images per second and per CPU second. The checkout needs its node_modules.
 */
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { packageRoot } from '../contract/index.ts';
import { measure, type Measured } from './support/arrangement.ts';
import { networks } from './support/train-networks.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '6' },
    seconds: { type: 'string', default: '4' },
    only: { type: 'string' },
  },
});
const [other] = positionals;
if (other === undefined) throw new Error('Expected the folder of another checkout, got none');
const sides = { before: path.resolve(other), after: packageRoot() };
const cores = os.availableParallelism();

function run(root: string, network: string): Promise<Measured> {
  const tsx = path.join(root, 'node_modules/tsx/dist/loader.mjs');
  const script = path.join(root, 'bench/support/train-process.ts');
  return measure([process.execPath, '--import', tsx, script, network, '1'], cores, Number(values.seconds));
}

const table = new Table({
  head: ['network', 'before, images/s', 'after', 'ratio', 'ratio per CPU s', 'MB before', 'after'],
});
for (const { name } of networks.filter((network) => values.only === undefined || network.name === values.only)) {
  const best = { before: { wall: 0, cpu: 0, bytes: Infinity }, after: { wall: 0, cpu: 0, bytes: Infinity } };
  for (let round = 0; round < Number(values.rounds); round++) {
    const order = round % 2 === 0 ? (['before', 'after'] as const) : (['after', 'before'] as const);
    for (const side of order) {
      const { imagesPerSecond, imagesPerCpuSecond, peakBytes } = await run(sides[side], name);
      process.stderr.write(
        `${name}, ${side}: ${imagesPerSecond.toFixed(0)} images/s, ${imagesPerCpuSecond.toFixed(1)} per CPU s\n`,
      );
      const { wall, cpu, bytes } = best[side];
      best[side] = {
        wall: Math.max(wall, imagesPerSecond),
        cpu: Math.max(cpu, imagesPerCpuSecond),
        bytes: Math.min(bytes, peakBytes),
      };
    }
  }
  const { before, after } = best;
  table.push([
    name,
    before.wall.toFixed(0),
    after.wall.toFixed(0),
    (after.wall / before.wall).toFixed(3),
    (after.cpu / before.cpu).toFixed(3),
    (before.bytes / 1e6).toFixed(0),
    (after.bytes / 1e6).toFixed(0),
  ]);
}
console.log(table.toString());
console.log(`${os.cpus()[0]?.model.trim() ?? 'unknown'}, ${cores} cores, load before ${os.loadavg()[0]!.toFixed(1)}`);
