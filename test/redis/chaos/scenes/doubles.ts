import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { finishedTrials } from '../../../orchestrator/chaos/chaos-run.ts';
import { noopGrid } from '../../../orchestrator/chaos/grids.ts';
import { readTrace } from '../../../orchestrator/chaos/trace.ts';
import { doneAttempts } from '../../../orchestrator/chaos/verdict.ts';
import { runCli } from '../../../orchestrator/support/cli.ts';
import { waitUntil } from '../../../orchestrator/support/wait-until.ts';
import { isOn, makeCluster } from '../cluster.ts';
import { checksOf, type Check, type SceneContext } from '../scene.ts';

const STEPS = 40;

/** Two orchestrators on one store: two `resume` at once while a third runs, again and again. */
export async function doubles({ folder, redis, scaled, log }: SceneContext): Promise<Check[]> {
  const { equal } = checksOf('doubles');
  const gridFile = path.join(folder, 'grid.yaml');
  const traceFile = path.join(folder, 'trace');
  const trials = 40 + scaled(20);
  writeFileSync(gridFile, noopGrid({ trials, epochs: 1 }));
  const cluster = makeCluster({
    folder,
    redis: redis.url,
    gridFile,
    env: { SCALESWEEP_NOOP: JSON.stringify({ stepsPerEpoch: STEPS, stepMs: 20, traceFile }) },
    leaseSeconds: 10,
    heartbeatSeconds: 1,
  });
  const rounds = scaled(5);
  let refused = 0;
  try {
    for (const n of [1, 2]) cluster.startWorker(n);
    const { child, result } = cluster.startOrchestrator();
    await waitUntil('workers train', () => !isOn(child) || readTrace(traceFile).length > 0);
    for (let round = 0; round < rounds && isOn(child); round++) {
      const resume = (): ReturnType<typeof runCli> => runCli(['resume', '--redis', redis.url], { cwd: folder });
      const others = await Promise.all([resume(), resume()]);
      refused += others.filter(({ code, stderr }) => code === 2 && /is running sweeps on/.test(stderr)).length;
      log(`${refused} refused`);
    }
    const last = await result;
    const details = [...finishedTrials(folder).values()];
    return [
      equal('second orchestrators refused', refused, 2 * rounds),
      equal('exit code of the first', last.code ?? -1, 0),
      equal('planned trials without a result', trials - details.length, 0),
      equal('trials without exactly one result', details.filter((each) => doneAttempts(each) !== 1).length, 0),
      equal(
        'attempts beyond one per trial',
        details.reduce((sum, { attempts }) => sum + attempts.length - 1, 0),
        0,
      ),
      equal('steps executed again', readTrace(traceFile).length - trials * STEPS, 0),
    ];
  } finally {
    cluster.killAll();
  }
}
