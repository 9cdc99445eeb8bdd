/**
 * npm run test:kill9 -- [--kills 20] [--seed 1] [--engine noop|onnx]
 *
 * Kills orchestrator and workers at random moments, resumes each time, and compares with an undisturbed run. Prints a table; exit 1
 * when any bound is broken.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { canonicalJson } from '../../../contract/index.ts';
import { formatTable } from '../../../orchestrator/cli/table.ts';
import { runCli } from '../support/cli.ts';
import { chaosRun, finishedTrials } from './chaos-run.ts';
import { noopGrid, ONNX_GRID, ONNX_STEPS_PER_EPOCH } from './grids.ts';
import { lostSteps, readTrace } from './trace.ts';
import { attemptsAfterDone, doneAttempts, lastingPart, setbacks } from './verdict.ts';

const CHECKPOINT_EVERY = 10;
const NOOP = { trials: 24, epochs: 3, stepsPerEpoch: 40, stepMs: 5 };

interface Check {
  readonly what: string;
  readonly found: string | number;
  readonly bound: string;
  readonly isKept: boolean;
}

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    engine: { type: 'string', default: 'both' },
  },
});
const kills = Number(values.kills);
const seed = Number(values.seed);
const engines =
  values.engine === 'both'
    ? (['noop', 'onnx'] as const)
    : [values.engine === 'onnx' ? ('onnx' as const) : ('noop' as const)];

let areAllKept = true;
for (const engine of engines) {
  console.log(`\nengine ${engine}, ${kills} kills, seed ${seed}`);
  const checks = await torment(engine);
  console.log(
    formatTable(checks, [
      { head: 'what', value: ({ what }) => what, align: 'left' },
      { head: 'found', value: ({ found }) => found },
      { head: 'bound', value: ({ bound }) => bound },
      { head: 'kept', value: ({ isKept }) => (isKept ? 'yes' : 'NO') },
    ]),
  );
  areAllKept &&= checks.every(({ isKept }) => isKept);
}
process.exitCode = areAllKept ? 0 : 1;

async function torment(engine: 'noop' | 'onnx'): Promise<Check[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-kill9-'));
  const calm = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-kill9-calm-'));
  try {
    const gridFile = path.join(folder, 'grid.yaml');
    writeFileSync(gridFile, engine === 'noop' ? noopGrid(NOOP) : ONNX_GRID);
    const traceFile = path.join(folder, 'trace');
    const behaviour = {
      stepsPerEpoch: NOOP.stepsPerEpoch,
      stepMs: NOOP.stepMs,
      checkpointEverySteps: CHECKPOINT_EVERY,
    };
    const report = await chaosRun({
      folder,
      gridFile,
      kills,
      seed,
      withinMs: engine === 'noop' ? 2000 : 4000,
      log: (line) => console.log(`  ${line}`),
      ...(engine === 'noop'
        ? { traceFile, env: { SCALESWEEP_NOOP: JSON.stringify({ ...behaviour, traceFile }) } }
        : {}),
    });
    const undisturbed = await runCli(['run', gridFile, '--workers', '2'], {
      cwd: calm,
      env: { SCALESWEEP_NOOP: JSON.stringify({ ...behaviour, stepMs: 0 }) },
    });
    if (undisturbed.code !== 0) throw new Error(`The undisturbed run failed: ${undisturbed.stderr}`);
    const expected = finishedTrials(calm);
    const trials = finishedTrials(folder);
    const made = Object.values(report.kills).reduce((sum, count) => sum + count, 0);
    const differing = [...expected].filter(([id, detail]) => {
      const found = trials.get(id);
      return found === undefined || canonicalJson(lastingPart(found)) !== canonicalJson(lastingPart(detail));
    });
    const lost = lostSteps(readTrace(traceFile));
    const bound = (what: string, found: number, limit: number): Check => ({
      what,
      found,
      bound: `<= ${limit}`,
      isKept: found <= limit,
    });
    const equal = (what: string, found: number, wanted: number): Check => ({
      what,
      found,
      bound: `= ${wanted}`,
      isKept: found === wanted,
    });
    return [
      equal(
        `kills (${Object.entries(report.kills)
          .map(([victim, count]) => `${count} ${victim}`)
          .join(', ')})`,
        made,
        kills,
      ),
      equal('exit code of the last resume', report.last.code ?? -1, 0),
      equal('trials with a result', trials.size, expected.size),
      equal('trials with two results', [...trials.values()].filter((detail) => doneAttempts(detail) !== 1).length, 0),
      equal('trials whose numbers differ from the undisturbed run', differing.length, 0),
      equal(
        'attempts that began earlier than one before them',
        [...trials.values()].reduce((sum, detail) => sum + setbacks(detail), 0),
        0,
      ),
      equal(
        'attempts that began after their trial had its result',
        [...trials.values()].reduce((sum, detail) => sum + attemptsAfterDone(detail), 0),
        0,
      ),
      // A checkpoint follows each epoch's report.
      bound(
        'most reported steps lost by one trial in one kill',
        Math.max(0, ...report.reportedLost),
        engine === 'noop' ? NOOP.stepsPerEpoch : ONNX_STEPS_PER_EPOCH,
      ),
      bound(
        'reported steps lost in all',
        report.reportedLost.reduce((sum, steps) => sum + steps, 0),
        (engine === 'noop' ? NOOP.stepsPerEpoch : ONNX_STEPS_PER_EPOCH) * 2 * kills,
      ),
      ...(engine === 'noop'
        ? [
            equal('finished trials trained again', report.trainedAgain.length, 0),
            bound('most steps lost by one trial in one kill', Math.max(0, ...lost), CHECKPOINT_EVERY),
            bound(
              'steps lost in all',
              lost.reduce((sum, steps) => sum + steps, 0),
              CHECKPOINT_EVERY * 2 * kills,
            ),
          ]
        : []),
      // A quarter of a second once it is up; one that is killed while it loads its modules goes when it has loaded them.
      bound('longest life of an orphaned worker, ms', Math.round(Math.max(0, ...report.orphanMs)), 5000),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(calm, { recursive: true, force: true });
  }
}
