/**
 * Lets system calls fail, one in each run, and prints what went wrong. By hand, after a build:
 *
 *   npm run test:field -- --draws 2000 --seed 1 [--only run,resume]
 */
import { parseArgs } from 'node:util';
import { startFromDist } from '../../orchestrator/support/cli.ts';
import { drawFailures } from './draw-failures.ts';

const { values } = parseArgs({
  options: {
    draws: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});
startFromDist();
let told = 0;
const wrong = await drawFailures({
  count: Number(values.draws),
  seed: Number(values.seed),
  ...(values.only === undefined ? {} : { only: values.only.split(',') }),
  onDraw: (done, soFar) => {
    for (const { scenario, failure, what } of soFar.slice(told))
      process.stdout.write(`${scenario}; ${failure}: ${what}\n\n`);
    told = soFar.length;
    if (done % 50 === 0) process.stderr.write(`${done} of ${values.draws}, ${soFar.length} wrong\n`);
  },
});
process.stdout.write(`${values.draws} failing calls drawn with seed ${values.seed}: ${wrong.length} wrong\n`);
process.exitCode = wrong.length === 0 ? 0 : 1;
