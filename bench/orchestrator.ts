/**
 * npm run bench:orchestrator -- [--json] [--trials 1000,10000,100000] [--workers 2]
 *
 * What a sweep costs beside the training: trials of the no-op engine through plan, store, local dispatch and worker processes, one epoch
 * each. Goal: at most 2 ms per trial at 10,000, and flat. Then `resume` on the finished sweep, as a separate process: under 1 s.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../contract/index.ts';
import { parseGrid } from '../grids/index.ts';
import { makeLocalDispatcher } from '../orchestrator/dispatch/local.ts';
import { planSweep } from '../orchestrator/launch/plan/plan-sweep.ts';
import { storePlan } from '../orchestrator/launch/plan/store-plan.ts';
import { formatTable } from '../orchestrator/cli/table.ts';
import { runSweep } from '../orchestrator/sweep/run-sweep.ts';
import { openStore } from '../results/index.ts';
import { noopGrid } from './support/noop-grid.ts';

interface Figures {
  readonly trials: number;
  /** Planning and storing the plan, ms per trial. */
  readonly planMs: number;
  /** Until the first trial is handed out: starting worker processes. Once per sweep, so apart. */
  readonly startMs: number;
  /** Hand-out, worker, events, results in the store, ms per trial. */
  readonly runMs: number;
  /** Plan and run. */
  readonly totalMs: number;
  /** The whole process `scalesweep resume`, ms; `null` when dist/ is not built. */
  readonly resumeMs: number | null;
  /** Of the orchestrator, MB, highest so far. */
  readonly peakRssMb: number;
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    trials: { type: 'string', default: '1000,10000,100000' },
    workers: { type: 'string', default: '2' },
  },
});
const figures: Figures[] = [];
for (const count of values.trials.split(',').map(Number)) figures.push(await measure(count, Number(values.workers)));
const first = figures[0]!;
const flatness = figures.at(-1)!.totalMs / first.totalMs;
if (values.json) console.log(JSON.stringify({ figures, flatness }, null, 2));
else {
  console.log(
    formatTable(figures, [
      { head: 'trials', value: ({ trials }) => trials.toLocaleString('en') },
      { head: 'start, ms', value: ({ startMs }) => Math.round(startMs) },
      { head: 'plan, ms each', value: ({ planMs }) => planMs.toFixed(3) },
      { head: 'run, ms each', value: ({ runMs }) => runMs.toFixed(3) },
      { head: 'together', value: ({ totalMs }) => totalMs.toFixed(3) },
      { head: 'resume, ms', value: ({ resumeMs }) => (resumeMs === null ? 'not built' : Math.round(resumeMs)) },
      { head: 'peak RSS, MB', value: ({ peakRssMb }) => Math.round(peakRssMb) },
    ]),
  );
  console.log(`${figures.at(-1)!.trials} trials cost ${flatness.toFixed(2)} times what ${first.trials} cost, each`);
}

async function measure(trials: number, workers: number): Promise<Figures> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-bench-'));
  const db = path.join(folder, 'results.db');
  try {
    const store = openStore(db, { mode: 'run' });
    const began = performance.now();
    const sweep = storePlan(
      store,
      planSweep(parseGrid(noopGrid('What does a sweep cost beside the training?', trials), 'bench.yaml')),
      Date.now(),
    );
    const planned = performance.now();
    let handed: number | undefined;
    const dispatcher = makeLocalDispatcher({
      devices: Array.from({ length: workers }, () => 'cpu'),
      checkpointDir: path.join(folder, 'checkpoints'),
      clearCheckpoints: async () => undefined,
    });
    const outcome = await runSweep({
      store,
      sweep: sweep.id,
      dispatcher,
      watch: ({ type }) => {
        if (type === 'handed') handed ??= performance.now();
      },
      signal: new AbortController().signal,
      now: () => Date.now(),
    });
    const ended = performance.now();
    await dispatcher.close();
    store.close();
    if (outcome.kind !== 'finished' || outcome.counts.done !== trials) {
      throw new Error(`Expected ${trials} finished trials, got ${JSON.stringify(outcome)}`);
    }
    const startMs = handed! - planned;
    return {
      trials,
      planMs: (planned - began) / trials,
      startMs,
      runMs: (ended - handed!) / trials,
      totalMs: (ended - began - startMs) / trials,
      resumeMs: timeResume(db),
      peakRssMb: process.resourceUsage().maxRSS / 1000,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function timeResume(db: string): number | null {
  const cli = path.join(packageRoot(), 'dist/orchestrator/cli.js');
  if (!existsSync(cli)) return null;
  const resume = (): void => void execFileSync(process.execPath, [cli, 'resume', '--db', db], { stdio: 'ignore' });
  // The sweep above was not run by the command, so its report is still to be written: that is no part of the decision.
  resume();
  const began = performance.now();
  resume();
  return performance.now() - began;
}
