import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { chaosRun, finishedTrials } from './chaos/chaos-run.ts';
import { noopGrid } from './chaos/grids.ts';
import { lostSteps, readTrace } from './chaos/trace.ts';
import { doneAttempts, lastingPart } from './chaos/verdict.ts';
import { runCli } from './support/cli.ts';
import { useCli } from './support/use-cli.ts';
import { useFolders } from './support/folders.ts';
import { OUTLIVES_LEASES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: OUTLIVES_LEASES, hookTimeout: OUTLIVES_LEASES });

const CHECKPOINT_EVERY = 10;
const TRIALS = 8;
const EPOCHS = 3;
const STEPS_PER_EPOCH = 25;
/** The long form, `npm run test:kill9`, has twenty, and does the same with real trainings. */
const KILLS = 6;

describe('kill -9 of orchestrator and workers', () => {
  const newFolder = useFolders();
  useCli();

  it('loses nothing, trains nothing twice, and changes no number', async () => {
    const folder = newFolder();
    const traceFile = path.join(folder, 'trace');
    const gridFile = path.join(folder, 'grid.yaml');
    writeFileSync(gridFile, noopGrid({ trials: TRIALS, epochs: EPOCHS }));
    const behaviour = { stepsPerEpoch: STEPS_PER_EPOCH, stepMs: 4, checkpointEverySteps: CHECKPOINT_EVERY };
    const env = { SCALESWEEP_NOOP: JSON.stringify({ ...behaviour, traceFile }) };

    const report = await chaosRun({ folder, gridFile, kills: KILLS, seed: 1, env, traceFile, withinMs: 1500 });

    expect(report.last.code, report.last.stderr).toBe(0);
    const trials = finishedTrials(folder);
    expect(trials.size).toBe(TRIALS);
    expect([...trials.values()].map(doneAttempts)).toEqual(Array.from({ length: TRIALS }, () => 1));
    expect(report.trainedAgain).toEqual([]);
    const lost = lostSteps(readTrace(traceFile));
    expect(Math.max(0, ...lost)).toBeLessThanOrEqual(CHECKPOINT_EVERY);
    expect(readTrace(traceFile).length - lost.reduce((sum, steps) => sum + steps, 0)).toBe(
      TRIALS * EPOCHS * STEPS_PER_EPOCH,
    );

    const calm = newFolder();
    const undisturbed = await runCli(['run', gridFile], {
      cwd: calm,
      env: { SCALESWEEP_NOOP: JSON.stringify({ ...behaviour, stepMs: 0 }) },
    });
    expect(undisturbed.code, undisturbed.stderr).toBe(0);
    const expected = finishedTrials(calm);
    for (const [id, detail] of trials) expect(lastingPart(detail)).toEqual(lastingPart(expected.get(id)!));
  });
});
