import { appendFileSync, existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { ScalesweepError } from '../../../contract/index.ts';
import type { NoopFault } from './options.ts';

/** Whether this trial, with so many images held at a time, is one of those that misbehave, and has not yet done so `times` times. */
export function doesMisbehave(fault: NoopFault, trial: string, images: number): boolean {
  if (images < (fault.fromImages ?? 1)) return false;
  if (Number.parseInt(trial.slice(0, 8), 16) % fault.every !== 0) return false;
  if (fault.times === undefined || fault.markerDir === undefined) return true;
  mkdirSync(fault.markerDir, { recursive: true });
  const marker = path.join(fault.markerDir, trial);
  if (existsSync(marker) && statSync(marker).size >= fault.times) return false;
  appendFileSync(marker, 'x');
  return true;
}

/** Fails in the way asked for. Returns only if the fault is one that the process does not survive. */
export async function misbehave(kind: NoopFault['kind'], step: number): Promise<void> {
  switch (kind) {
    case 'throw':
      throw new Error('the noop engine was told to throw');
    case 'exit':
      process.stderr.write('the noop engine was told to exit\n');
      process.exit(7);
    // falls through is impossible: process.exit does not return
    case 'kill':
      return die('SIGKILL');
    case 'segfault':
      return die('SIGSEGV');
    case 'hang':
      for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
    case 'nan':
      throw new ScalesweepError('TRIAL_DIVERGED', `Expected a finite loss, got NaN at step ${step}`);
    case 'out-of-memory':
      throw new RangeError('Array buffer allocation failed');
    case 'config':
      throw new ScalesweepError('MODEL_UNBUILDABLE', 'Expected a model that can be built, got one that cannot');
    case 'data':
      throw new ScalesweepError('DATASET_UNAVAILABLE', 'Expected dataset noop to be there, got nothing', {
        hint: 'scalesweep data fetch noop',
      });
    case 'device':
      throw new ScalesweepError('DEVICE_UNAVAILABLE', 'Expected device cpu, got none');
  }
}

async function die(signal: NodeJS.Signals): Promise<void> {
  process.kill(process.pid, signal);
  // The signal is delivered asynchronously; the trial must not go on meanwhile.
  await new Promise<never>(() => setInterval(() => undefined, 1000));
}
