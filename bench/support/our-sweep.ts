import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { packageRoot } from '../../contract/index.ts';
import type { PlannedTrial } from '../../grids/index.ts';
import { openStore } from '../../results/index.ts';
import { busyOver, middleOf, type Busy } from './busy.ts';
import { watchChildren } from './worker-cpu.ts';

export interface SweepSide {
  /** From the start of the first process to the end of the last. */
  readonly seconds: number;
  /** Mean over the trials, to show that both sides did the same work. */
  readonly meanMinivalTop1: number;
  readonly meanTestTop1: number;
}

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Runs the grid by the built command line, in a new store in `folder`, as `npm start` does. */
export async function runOurs(
  gridFile: string,
  planned: readonly PlannedTrial[],
  folder: string,
  cores: number,
): Promise<SweepSide & { readonly busy: Busy }> {
  const db = path.join(folder, 'results.db');
  const most = Math.max(...planned.map(({ cost }) => cost.trainFlops));
  const cli = path.join(packageRoot(), 'dist/orchestrator/cli.js');
  const args = [cli, 'run', gridFile, '--db', db, '--out', path.join(folder, 'report'), '--json'];
  const began = Date.now();
  const child = spawn(process.execPath, [...args, '--max-train-flops', String(most)], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const watch = watchChildren(child.pid!);
  const [code] = (await once(child, 'exit')) as [number | null];
  const ended = Date.now();
  watch.end();
  if (code !== 0) throw new Error(`Expected the sweep to end with code 0, got ${code}`);
  const store = openStore(db, { mode: 'read' });
  try {
    const trials = planned.map(({ trial }) => store.trial(trial.id));
    const results = trials.flatMap(({ result }) => (result === null ? [] : [result]));
    if (results.length !== planned.length)
      throw new Error(`Expected ${planned.length} trials to be done, got ${results.length}`);
    return {
      seconds: (ended - began) / 1000,
      meanMinivalTop1: meanOf(results.map(({ minivalTop1 }) => minivalTop1!)),
      meanTestTop1: meanOf(results.map(({ testTop1 }) => testTop1!)),
      busy: busyOver(middleOf([began, ended]), cores, watch.samples, trials),
    };
  } finally {
    store.close();
  }
}
