import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { isScalesweepError, random } from '../../../contract/index.ts';
import { openStore, resultRows, type TrialDetail } from '../../../results/index.ts';
import { startCli, type CliResult } from '../support/cli.ts';
import { isRunning, killHard, workersOf } from '../support/processes.ts';
import { waitUntil } from '../support/wait-until.ts';
import { watchReports } from './reported.ts';
import { readTrace } from './trace.ts';

export interface ChaosOptions {
  /** Working folder; the store is made in it. */
  readonly folder: string;
  readonly gridFile: string;
  readonly kills: number;
  /** Decides victims and moments. */
  readonly seed: number;
  readonly env?: Readonly<Record<string, string>>;
  /** The noop engine's trace, by which moments are chosen; without one, they are chosen by time. */
  readonly traceFile?: string;
  /** Latest moment of a kill after the start, ms, when chosen by time. */
  readonly withinMs: number;
  readonly log?: (line: string) => void;
}

export const victims = ['orchestrator', 'one worker', 'all'] as const;
export type Victim = (typeof victims)[number];

export interface ChaosReport {
  readonly kills: Readonly<Record<Victim, number>>;
  /** Starts after the first, each with `resume`. */
  readonly resumes: number;
  /** Ms from the orchestrator's death until its last worker was gone. */
  readonly orphanMs: readonly number[];
  /** Trials that were finished when a process was started, and executed a step after that. */
  readonly trainedAgain: readonly string[];
  /** Steps that the store had heard of and the next attempt executed again, for each attempt that a kill ended. */
  readonly reportedLost: readonly number[];
  readonly last: CliResult;
}

const STORE = '.scalesweep/results.db';

/** Runs a grid to its end while killing its processes, and resumes after each death of the orchestrator. */
export async function chaosRun(options: ChaosOptions): Promise<ChaosReport> {
  const { folder, gridFile, kills, seed, env = {}, traceFile, withinMs, log = () => undefined } = options;
  const draw = random(seed, 'chaos');
  const count: Record<Victim, number> = { orchestrator: 0, 'one worker': 0, all: 0 };
  const orphanMs: number[] = [];
  const trainedAgain: string[] = [];
  const reports = watchReports(`${folder}/${STORE}`);
  let resumes = -1;
  let killed = 0;
  const traceLength = (): number => (traceFile === undefined ? 0 : readTrace(traceFile).length);

  for (;;) {
    resumes++;
    const finishedBefore = finishedTrials(folder);
    const traceBefore = traceLength();
    // Killed before the sweep was stored, there is nothing to resume yet: then the same command begins again.
    const args = resumes > 0 && hasSweep(folder) ? ['resume'] : ['run', gridFile];
    const { child, result } = startCli([...args, '--workers', '2'], { cwd: folder, env });
    const pid = child.pid!;
    while (isOn(child) && killed < kills) {
      await nextMoment();
      if (!isOn(child)) break;
      const workers = workersOf(pid).filter(isRunning);
      const victim = victims[draw.below(3)]!;
      if (victim === 'one worker' && workers.length === 0) continue;
      killed++;
      count[victim]++;
      reports.look();
      log(`kill ${killed}: ${victim}, ${finishedTrials(folder).size} trials finished`);
      if (victim === 'one worker') {
        killHard(workers[draw.below(workers.length)]!);
        continue;
      }
      killHard(pid);
      if (victim === 'all') for (const worker of workers) killHard(worker);
      await result;
      const died = performance.now();
      await waitUntil('orphaned workers are gone', () => workers.every((worker) => !isRunning(worker)));
      orphanMs.push(performance.now() - died);
    }
    const last = await result;
    if (traceFile !== undefined) {
      for (const [trial] of readTrace(traceFile).steps.slice(traceBefore))
        if (finishedBefore.has(trial)) trainedAgain.push(trial);
    }
    if (last.signal === null) {
      const reportedLost = reports.lost(finishedTrials(folder));
      return { kills: count, resumes, orphanMs, trainedAgain, reportedLost, last };
    }
  }

  /** Half of the kills come while it starts up, at any point of that; half in the midst of training. */
  async function nextMoment(): Promise<void> {
    if (traceFile === undefined || draw.next() < 0.3) return sleep(draw.below(withinMs));
    const target = traceLength() + 5 + draw.below(60);
    await Promise.race([
      sleep(withinMs * 3),
      waitUntil('steps were made', () => traceLength() >= target).catch(() => undefined),
    ]);
  }
}

/** The finished trials of a folder's store, with all that the store holds of them, by id. */
export function finishedTrials(folder: string): Map<string, TrialDetail> {
  if (!hasSweep(folder)) return new Map();
  const store = openStore(`${folder}/${STORE}`, { mode: 'read' });
  try {
    return new Map(resultRows(store).map(({ id }) => [id, store.trial(id)]));
  } catch (error) {
    // Killed while the plan was being stored.
    if (isScalesweepError(error) && error.code === 'NOT_FOUND') return new Map();
    throw error;
  } finally {
    store.close();
  }
}

function isOn(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function hasSweep(folder: string): boolean {
  try {
    const store = openStore(`${folder}/${STORE}`, { mode: 'read' });
    try {
      return store.sweeps().length > 0;
    } finally {
      store.close();
    }
  } catch {
    return false;
  }
}
