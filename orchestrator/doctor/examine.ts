import { existsSync, readdirSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { formatAmount, isScalesweepError, messageOf, systemCode, systemError } from '../../contract/index.ts';
import { familyNames } from '../../models/index.ts';
import { calibrationKey, readCalibration } from '../calibration/calibration-file.ts';
import { placeOf } from '../calibration/open-predictor.ts';
import { networkFileSystem, openStore, probeSqlite } from '../../results/index.ts';
import {
  describeEnvironment,
  probeOnnx,
  probeTensorflow,
  tryDevices,
  whyNotDirect,
  usableCores,
  usableMemory,
} from '../../worker/index.ts';
import { allowedTrainers } from '../launch/trainers.ts';

/** One thing that was looked at. */
export interface Check {
  readonly what: string;
  /** `missing` stops sweeps; `optional` only narrows what can be done. */
  readonly state: 'ok' | 'missing' | 'optional';
  readonly found: string;
  /** How to fix it, where there is something to fix. Its name is part of the JSON contract. */
  readonly mend?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Checks all that a sweep needs on this machine. Changes nothing. */
export async function examine(db: string, env: Environment): Promise<Check[]> {
  return [
    nodeCheck(),
    machineCheck(),
    familiesFinding(),
    ...(await nativeChecks()),
    await onnxCheck(),
    await tensorflowCheck(),
    trainersCheck(),
    storeCheck(db),
    diskCheck(db),
    ...(await datasetChecks(env)),
    calibrationCheck(),
    gpuCheck(),
    ...(await deviceChecks()),
  ];
}

function nodeCheck(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isRight = (major === 20 && minor >= 20) || major >= 22;
  return isRight
    ? { what: 'Node.js', state: 'ok', found: process.version }
    : {
        what: 'Node.js',
        state: 'missing',
        found: process.version,
        mend: 'Install Node.js 20.20 or newer, or 22 or newer.',
      };
}

function machineCheck(): Check {
  const { cpu } = describeEnvironment();
  return {
    what: 'machine',
    state: 'ok',
    found: `${usableCores()} cores (${cpu}), ${formatAmount(usableMemory())}B memory`,
  };
}

/** A family of the user's own is listed where the module that registers it was loaded. */
function familiesFinding(): Check {
  return { what: 'families', state: 'ok', found: familyNames().join(', ') };
}

/** Native parts that are not an engine's: of the store, of photographs, of figures. */
async function nativeChecks(): Promise<Check[]> {
  const loads: [what: string, load: () => Promise<unknown>][] = [
    ['store library', async () => probeSqlite()],
    ['photographs', () => import('sharp')],
    ['figures', () => import('@resvg/resvg-js')],
  ];
  const checks: Check[] = [];
  for (const [what, load] of loads) {
    try {
      await load();
      checks.push({ what, state: 'ok', found: 'its native part loads' });
    } catch (error) {
      const known = systemError(error);
      const mend = known?.hint === undefined ? {} : { mend: known.hint };
      checks.push({ what, state: 'missing', found: known?.message ?? messageOf(error).split('\n', 1)[0]!, ...mend });
    }
  }
  return checks;
}

async function onnxCheck(): Promise<Check> {
  const what = 'engine onnx';
  try {
    await probeOnnx();
    const version = `onnxruntime ${describeEnvironment()['onnxruntime']}`;
    const missing = await whyNotDirect();
    if (missing === undefined) return { what, state: 'ok', found: `${version}, through its C API` };
    return {
      what,
      state: 'ok',
      found: `${version}; its C API cannot be called (${missing}): training needs more memory`,
      mend: 'npm install koffi (its native part comes with it on Linux, macOS and Windows)',
    };
  } catch (error) {
    const found = messageOf(error).split('\n', 1)[0]!;
    return { what, state: 'missing', found, mend: systemError(error)?.hint ?? 'npm install onnxruntime-node' };
  }
}

/** Optional, since onnx needs nothing more and trains wherever this does. */
async function tensorflowCheck(): Promise<Check> {
  const { error, found, mend } = await probeTensorflow();
  const what = 'engine tensorflow';
  return {
    what,
    state: error === undefined ? 'ok' : 'optional',
    found: error ?? found,
    ...(mend === undefined ? {} : { mend }),
  };
}

/** What `engine: command` may start here. */
function trainersCheck(): Check {
  const what = 'engine command';
  try {
    const names = Object.keys(allowedTrainers({}));
    if (names.length > 0) return { what, state: 'ok', found: `may start ${names.join(', ')}` };
    const mend = 'scalesweep run GRID --allow-command NAME=PROGRAM, or $SCALESWEEP_COMMANDS (docs/trainers.md)';
    return { what, state: 'optional', found: 'no trainer is allowed', mend };
  } catch (error) {
    const mend = isScalesweepError(error) ? error.hint : undefined;
    return { what, state: 'optional', found: messageOf(error), ...(mend === undefined ? {} : { mend }) };
  }
}

function storeCheck(db: string): Check {
  const what = 'results store';
  const network = networkFileSystem(db);
  if (network !== undefined) {
    const mend = 'Keep the store on a local disk (--db FILE); checkpoints and datasets may stay where they are.';
    return { what, state: 'optional', found: `${db} is on ${network}, whose locks cannot be relied on`, mend };
  }
  if (!existsSync(db)) return { what, state: 'ok', found: `${db} (made by the first run)` };
  try {
    const store = openStore(db, { mode: 'read' });
    try {
      return { what, state: 'ok', found: `${db}, ${store.sweeps().length} sweeps` };
    } finally {
      store.close();
    }
  } catch (error) {
    return { what, state: 'missing', found: messageOf(error), mend: `Move ${db} away or restore it from a copy.` };
  }
}

function diskCheck(db: string): Check {
  let folder = path.resolve(path.dirname(db));
  while (!existsSync(folder)) folder = path.dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const found = `${formatAmount(free)}B free in ${path.dirname(db)}`;
  return free > 1e9
    ? { what: 'disk', state: 'ok', found }
    : { what: 'disk', state: 'missing', found, mend: 'Checkpoints and results need about a gigabyte.' };
}

async function datasetChecks(env: Environment): Promise<Check[]> {
  const { catalog } = await import('../../worker/data/index.ts');
  const { datasetCacheDir, datasetDir } = await import('../../worker/index.ts');
  const cache = datasetCacheDir(env);
  return [...catalog].map(({ name }) => {
    const folder = datasetDir(cache, name);
    const what = `dataset ${name}`;
    const files = namesIn(folder);
    if (files === undefined)
      return {
        what,
        state: 'missing',
        found: `${folder} may not be read`,
        mend: `Let its owner run: chmod -R a+rX ${folder}`,
      };
    return files.length > 0
      ? { what, state: 'ok', found: folder }
      : {
          what,
          state: 'optional',
          found: 'not fetched',
          mend: `scalesweep data fetch ${name} (a run fetches what it needs by itself)`,
        };
  });
}

/** None for a folder that is not there, `undefined` for one that may not be read. */
function namesIn(folder: string): readonly string[] | undefined {
  try {
    return readdirSync(folder);
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? [] : undefined;
  }
}

function gpuCheck(): Check {
  const isThere = existsSync('/dev/nvidia0') || existsSync('/dev/dri/renderD128');
  return {
    what: 'GPU',
    state: isThere ? 'ok' : 'optional',
    found: isThere ? 'a device file is there' : 'no device file seen',
  };
}

/** The first GPU of either kind, as the onnx engine reaches it. */
async function deviceChecks(): Promise<Check[]> {
  return (await tryDevices(['cuda:0', 'webgpu:0'])).map(({ device, error, hint }) => {
    const what = `device ${device}`;
    if (error === undefined) return { what, state: 'ok', found: `trains with --devices ${device}` };
    return { what, state: 'optional', found: error, ...(hint === undefined ? {} : { mend: hint }) };
  });
}

function calibrationCheck(): Check {
  const what = 'calibration';
  const place = placeOf({});
  const known = readCalibration(calibrationKey(place));
  if (known === undefined) {
    return {
      what,
      state: 'optional',
      found: 'none: predicted times are rough',
      mend: 'scalesweep doctor --calibrate (the first run measures by itself)',
    };
  }
  const { probes, trials } = known;
  const found = `from ${probes.length} measured networks and ${trials.length} of trials, for ${place.device} with --workers ${place.workers}; others are measured when they first train`;
  return { what, state: 'ok', found };
}
