/** Trainers as shell scripts, executed by the engine in this process. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { ENGINE_NUMERICS, type Trial, type WorkerEvent } from '../../../../contract/index.ts';
import { openCheckpoints } from '../../../../worker/storage/checkpoints.ts';
import { makeCommandEngine } from '../../../../worker/engines/command/index.ts';
import type { AllowedProgram } from '../../../../worker/engines/command/programs.ts';
import { runAttempt } from '../../../../worker/process/run-attempt.ts';
import { tinyTrialOf } from '../../../fixtures/trial.ts';

export const HELLO = `echo '{"type":"hello","v":1}' >&3`;
export const DONE = `echo '{"type":"done","minivalTop1":0.5}' >&3`;

export function trialFor(args: readonly string[] = []): Trial {
  const trainer = { name: 'script', arguments: [...args] };
  return tinyTrialOf({ name: 'command', numerics: ENGINE_NUMERICS.command, trainer });
}

/** Writes an executable script. */
export function writeScript(folder: string, lines: readonly string[]): string {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'trainer.sh');
  writeFileSync(file, ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
  return file;
}

export interface ScriptRun {
  readonly folder: string;
  readonly lines: readonly string[];
  readonly program?: Partial<AllowedProgram>;
  readonly args?: readonly string[];
  /** Asks to stop at the first event of this type. */
  readonly stopAt?: WorkerEvent['type'];
  readonly onEvent?: (event: WorkerEvent) => void;
}

export interface ScriptEnd {
  readonly events: readonly WorkerEvent[];
  readonly end: Extract<WorkerEvent, { type: 'done' | 'failed' }>;
  /** Of the log, bytes; both files. */
  readonly logBytes: number;
  readonly log: string;
  /** Processes that bear the mark of this run. */
  readonly left: readonly number[];
}

/** One attempt with a script as its trainer. */
export async function runScript({ folder, lines, program, args, stopAt, onEvent }: ScriptRun): Promise<ScriptEnd> {
  const trial = trialFor(args);
  const run = [writeScript(folder, lines)];
  const engine = makeCommandEngine({ allowed: { script: { run, silenceSeconds: 60, graceSeconds: 20, ...program } } });
  const checkpointDir = path.join(folder, 'checkpoints');
  const events: WorkerEvent[] = [];
  const stop = new AbortController();
  const mark = randomUUID();
  process.env['TEST_MARK'] = mark;
  try {
    await runAttempt(() => Promise.resolve(engine), {
      trial,
      attempt: 1,
      device: 'cpu',
      threads: 1,
      checkpoints: openCheckpoints(checkpointDir, trial.id),
      signal: stop.signal,
      send: (event) => {
        events.push(event);
        onEvent?.(event);
        if (event.type === stopAt) stop.abort();
      },
    });
  } finally {
    delete process.env['TEST_MARK'];
  }
  const logs = readdirSync(checkpointDir)
    .filter((name) => /\.log(\.1)?$/.test(name))
    .sort()
    .map((name) => readFileSync(path.join(checkpointDir, name)));
  return {
    events,
    end: events.at(-1) as ScriptEnd['end'],
    logBytes: logs.reduce((sum, { length }) => sum + length, 0),
    log: logs[0]?.toString('utf8') ?? '',
    left: processesWith(`TEST_MARK=${mark}`),
  };
}

/** Processes whose environment holds a text, from /proc. */
export function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return readFileSync(`/proc/${name}/environ`, 'latin1').includes(text) ? [Number(name)] : [];
      } catch {
        return [];
      }
    });
}
