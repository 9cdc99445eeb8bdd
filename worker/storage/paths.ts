/** Every path that the program chooses is defined here. */
import os from 'node:os';
import path from 'node:path';
import { contentHash } from '../../contract/index.ts';

/** The folders and files of one state directory. */
export interface StatePaths {
  readonly root: string;
  readonly database: string;
  /** Holds one folder per trial. */
  readonly checkpoints: string;
  readonly logs: string;
}

const DEFAULT_STATE_DIR = '.scalesweep';

export function statePaths(root: string = DEFAULT_STATE_DIR): StatePaths {
  return {
    root,
    database: path.join(root, 'results.db'),
    checkpoints: path.join(root, 'checkpoints'),
    logs: path.join(root, 'logs'),
  };
}

/** Where the checkpoints of one trial are kept. */
export function trialCheckpointDir(checkpoints: string, trialId: string): string {
  return path.join(checkpoints, trialId);
}

/** What a trainer of the user's own printed: beside the folder of its trial's checkpoints. */
export function trialLogFile(checkpoints: string, trialId: string): string {
  return `${trialCheckpointDir(checkpoints, trialId)}.log`;
}

/** Steps are padded so that names sort as their steps do, up to a trillion. */
export function checkpointFile(folder: string, step: number): string {
  return path.join(folder, `step-${String(step).padStart(12, '0')}.ckpt`);
}

/** Where the weights of finished trials are kept: among the checkpoints, so that machines that share those share these. */
export function weightsFolder(checkpoints: string): string {
  return path.join(checkpoints, 'weights');
}

export function weightsFile(checkpoints: string, trialId: string): string {
  return path.join(weightsFolder(checkpoints), `${trialId}.weights`);
}

export const CHECKPOINT_NAME = /^step-(\d{12})\.ckpt$/;

/** `~/.cache/scalesweep`; for a user without a home (a container's uid without a name) in the working folder. */
function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const home = env['HOME'] !== undefined && env['HOME'] !== '' ? env['HOME'] : homeOfUser();
  return home === undefined ? path.join(DEFAULT_STATE_DIR, 'cache') : path.join(home, '.cache', 'scalesweep');
}

function homeOfUser(): string | undefined {
  try {
    return os.homedir();
  } catch {
    return undefined;
  }
}

/** `$SCALESWEEP_DATA`, or `~/.cache/scalesweep/datasets`. */
export function datasetCacheDir(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const named = env['SCALESWEEP_DATA'];
  return named === undefined || named === '' ? path.join(cacheFolder(env), 'datasets') : named;
}

/** Where this user keeps what cannot be written into a dataset cache that belongs to somebody else: one folder for each. */
export function secondCacheDir(
  cacheDir: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  return path.join(cacheFolder(env), 'elsewhere', contentHash(path.resolve(cacheDir)).slice(0, 16));
}

/**
 * Where this machine's calibration is kept: `$SCALESWEEP_CALIBRATION`, or `~/.cache/scalesweep/calibration`.
 * `undefined` when the variable is `off`: nothing is measured, nothing is read.
 */
export function calibrationDir(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  const named = env['SCALESWEEP_CALIBRATION'];
  if (named === 'off') return undefined;
  return named === undefined || named === '' ? path.join(cacheFolder(env), 'calibration') : named;
}

/** The folder of one dataset in the cache: its files as published, and what was prepared from them. */
export function datasetDir(cacheDir: string, name: string): string {
  return path.join(cacheDir, name);
}

/** Arrays prepared from a dataset: resized, split, ready to train on. */
export function preparedFile(cacheDir: string, name: string, key: string): string {
  return path.join(datasetDir(cacheDir, name), 'prepared', `${key}.bin`);
}
