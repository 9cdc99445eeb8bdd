import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { EXIT, isScalesweepError, ScalesweepError } from '../../contract/index.ts';
import type { Grid } from '../../grids/index.ts';
import { requireAllowed } from '../../worker/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import type { JsonOption } from '../cli/shared-options.ts';
import { formatTable } from '../cli/table.ts';
import { allowOptions, shellWord } from '../launch/command-line.ts';
import { checkPhotographs } from '../launch/plan/check-photographs.ts';
import { readGrid } from '../launch/plan/read-grid.ts';
import { planSweep, type SweepPlan } from '../launch/plan/plan-sweep.ts';
import { fetchSweepData } from '../launch/train/fetch-dataset.ts';
import { listenForStop } from '../launch/train/stop-signals.ts';
import { allowedTrainers, trainerEnvironment, type TrainerOptions } from '../launch/trainers.ts';
import { cellWords, countOf } from '../progress/words.ts';
import { cheapestTrial } from '../trainer-check/cheapest.ts';
import { checkTrainer } from '../trainer-check/check-trainer.ts';
import { CHECKS, failed, notTried, passed, type Check, type CheckName } from '../trainer-check/report.ts';

export interface TrainerCheckOptions extends JsonOption, TrainerOptions {
  readonly device: readonly string[];
  readonly threads: number;
}

/** `scalesweep trainer check`: tries the grid's trainer on its cheapest cell, and prints what passed. Writes no store. */
export async function trainerCheck(gridFile: string, options: TrainerCheckOptions, io: Io): Promise<number> {
  const grid = await readGrid(gridFile, io.err);
  const trainer = requireOwn(grid);
  const { silenceSeconds, graceSeconds } = requireAllowed(allowedTrainers(options), trainer.name);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'scalesweep-check-'));
  const stop = listenForStop({ onHurry: () => undefined });
  const checks: Check[] = [];
  let isKept = false;
  const print = (found: readonly Check[], cell: object | null, log: string | null): number => {
    const ok = !hasFailed(found);
    if (options.json === true) printJson(io, { grid: grid.name, trainer: trainer.name, cell, ok, checks: found, log });
    else {
      const next = ['scalesweep run', shellWord(gridFile), ...allowOptions(options.allowCommand)].join(' ');
      io.out(textOf(found, log, next));
    }
    return ok ? EXIT.done : EXIT.failedTrials;
  };
  try {
    const { plan, cost } = planned(grid, options);
    checks.push(cost);
    if (plan === undefined) {
      const names = (Object.keys(CHECKS) as CheckName[]).filter((name) => name !== 'cost');
      checks.push(...names.map((name) => notTried(name, 'only its cost says which networks there are')));
      return print(checks, null, null);
    }
    const { trial, cell } = cheapestTrial(plan.items);
    io.err(`trainer ${trainer.name}, ${cellWords(trial.spec)} (${countOf(Object.keys(CHECKS).length, 'check')}):`);
    await fetchSweepData({ engine: trial.spec.engine, dataset: trial.spec.data.name }, io);
    await checkPhotographs([trial.spec]);
    const trying = checkTrainer({
      trial,
      folder,
      device: options.device[0]!,
      threads: options.threads,
      env: trainerEnvironment(options),
      silenceSeconds,
      graceSeconds,
      signal: stop.signal,
      onBegin: (name) => io.err(`  trying whether it ${CHECKS[name]}`),
    });
    for await (const check of trying) {
      if (stop.signal.aborted) return EXIT.interrupted;
      checks.push(check);
    }
    isKept = hasFailed(checks);
    return print(checks, cell, isKept ? folder : null);
  } finally {
    stop.release();
    // The trainer's log of what failed is in it.
    if (!isKept) await rm(folder, { recursive: true, force: true });
  }
}

function requireOwn({ trainer, file, engine }: Grid): NonNullable<Grid['trainer']> {
  if (trainer !== undefined) return trainer;
  throw new ScalesweepError('USAGE', `Expected ${file} to name a trainer of your own, got the engine ${engine}`, {
    hint: 'engine: {command: NAME} in the grid; docs/trainers.md says what a trainer is.',
  });
}

const hasFailed = (checks: readonly Check[]): boolean => checks.some(({ outcome }) => outcome === 'failed');

/**
 * With the costs that the trainer prints, where it does. Where it fails at that, the rest is tried by the family's costs; networks of a
 * family of its own have none (`plan` is `undefined`).
 */
function planned(grid: Grid, options: TrainerOptions): { plan: SweepPlan | undefined; cost: Check } {
  if (!grid.ownCost)
    return { plan: planSweep(grid, options), cost: notTried('cost', 'the grid asks for none (`ownCost: true`)') };
  const began = performance.now();
  try {
    const plan = planSweep(grid, options);
    return { plan, cost: passed('cost', `after ${((performance.now() - began) / 1000).toFixed(2)} s`) };
  } catch (error) {
    if (!isScalesweepError(error) || error.code !== 'TRAINER_FAILED') throw error;
    const cost = failed('cost', error.message);
    try {
      return { plan: planSweep({ ...grid, ownCost: false }, options), cost };
    } catch (other) {
      if (!isScalesweepError(other)) throw other;
      return { plan: undefined, cost };
    }
  }
}

function textOf(checks: readonly Check[], log: string | null, next: string): string {
  const table = formatTable(checks, [
    { head: 'check', value: ({ name }) => name, align: 'left' },
    { head: 'result', value: ({ outcome }) => OUTCOMES[outcome], align: 'left' },
    { head: 'what was seen', value: ({ detail }) => short(detail), align: 'left' },
  ]);
  const failures = checks.flatMap(({ name, message }) => (message === null ? [] : [`\n${name} FAILED: ${message}`]));
  const warnings = [...new Set(checks.flatMap(({ warnings }) => warnings))].map((text) => `warning: ${text}`);
  const count = failures.length;
  const end =
    count === 0
      ? `It can be swept: ${next}`
      : `${countOf(count, 'check')} failed. ${log === null ? '' : `What it printed is in ${log}; `}docs/trainers.md lists the events and what a cost is.`;
  return [table, ...warnings, ...failures, ...(count === 0 ? [] : ['']), end].join('\n');
}

const OUTCOMES = { passed: 'passed', failed: 'FAILED', 'not-tried': 'not tried' } as const;
const DETAIL = 70;
const short = (text: string): string => (text.length > DETAIL ? `${text.slice(0, DETAIL - 3)}...` : text);
