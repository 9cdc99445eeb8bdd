import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { contentHash, ENGINE_NUMERICS, type EngineName } from '../../contract/index.ts';
import { calibrationDir, describeEnvironment } from '../../worker/index.ts';
import { writeWhole } from '../cli/write-whole.ts';
import { calibrationSchema, type Calibration } from './calibration.ts';

/** Where trials are trained, as far as it decides how long they take. */
export interface Place {
  readonly device: string;
  /** Of each worker. */
  readonly threads: number;
  /** Workers on this machine at one time. */
  readonly workers: number;
}

/** What a calibration holds for: this machine, this engine, this way of using them. All values are texts. */
export function calibrationKey(
  { device, threads, workers }: Place,
  engine: EngineName = 'onnx',
): Readonly<Record<string, string>> {
  const { host, cpu, cores, onnxruntime, scalesweep } = describeEnvironment();
  return {
    host: host ?? '',
    cpu: cpu ?? '',
    cores: cores ?? '',
    engine,
    numerics: String(ENGINE_NUMERICS[engine]),
    onnxruntime: onnxruntime ?? '',
    scalesweep: scalesweep ?? '',
    device,
    threads: String(threads),
    workers: String(workers),
  };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The file of a key; `undefined` where nothing is to be kept. */
export function calibrationFile(
  key: Readonly<Record<string, string>>,
  env: Environment = process.env,
): string | undefined {
  const folder = calibrationDir(env);
  return folder === undefined ? undefined : path.join(folder, `${contentHash(key).slice(0, 16)}.json`);
}

/** What is kept under a key. A file that is not whole, or of another version, counts as none. */
export function readCalibration(
  key: Readonly<Record<string, string>>,
  env: Environment = process.env,
): Calibration | undefined {
  const file = calibrationFile(key, env);
  if (file === undefined) return undefined;
  try {
    return calibrationSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Keeps a calibration. Never throws: without it the next run measures again. */
export function keepCalibration(calibration: Calibration, env: Environment = process.env): void {
  const file = calibrationFile(calibration.key, env);
  if (file === undefined) return;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeWhole(file, `${JSON.stringify(calibration)}\n`);
  } catch {
    // A cache is never worth a failure.
  }
}
