import { EXIT, formatAmount, ScalesweepError, type Trial, type TrialResult } from '../../contract/index.ts';
import type { TrialDetail } from '../../results/index.ts';
import { describeEnvironment, readWeights, type TrainedWeights } from '../../worker/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import type { StoreOptions } from '../cli/shared-options.ts';
import { writeWhole } from '../cli/write-whole.ts';
import { checkpointFolder } from '../launch/train/checkpoint-folder.ts';
import { readStore } from '../launch/store-access.ts';
import { percent } from '../progress/words.ts';

export interface ExportModelOptions extends StoreOptions {
  readonly out: string;
  /** Folder below which the weights are. @defaultValue that of the checkpoints, beside the store */
  readonly checkpoints?: string;
}

/**
 * `scalesweep export-model`: the network of a finished trial, as it was evaluated, in one ONNX file.
 *
 * @throws {ScalesweepError} NOT_FOUND, USAGE, CHECKPOINT_CORRUPT, CHECKPOINT_MISMATCH or STORE_UNWRITABLE
 */
export async function exportModel(prefix: string, options: ExportModelOptions, io: Io): Promise<number> {
  const detail = await readStore(options.db, (store) => store.trial(prefix));
  const { trial, result } = finished(detail);
  const folder = options.checkpoints ?? checkpointFolder(options.db);
  const weights = await weightsOf(detail, result, folder);
  const { exportTrial } = await import('../../worker/engines/onnx/export-trial.ts');
  const version = describeEnvironment()['scalesweep'] ?? 'unknown';
  const classNames = weights.classNames ?? (await namesHere(trial));
  const { bytes, metadata } = exportTrial(trial, result, { ...weights, classNames }, version);
  writeWhole(options.out, bytes);
  if (options.json === true) printJson(io, { trial: trial.id, file: options.out, bytes: bytes.length, metadata });
  else {
    io.out(`${options.out}: trial ${trial.id}, ${formatAmount(bytes.length)}B, test ${percent(result.testTop1)}`);
    io.out(`input  ${metadata['input']}`);
    io.out(`       inputMean ${metadata['inputMean']}, inputStd ${metadata['inputStd']}`);
    io.out(`output ${metadata['output']}`);
    io.out(`       ${classNames === undefined ? UNKNOWN_NAMES : `classNames ${listed(classNames)}`}`);
  }
  return EXIT.done;
}

const UNKNOWN_NAMES =
  'classNames unknown: export where the dataset is, to have them in the file (they are the class folders, sorted)';

/** Of weights that were kept without them: as the dataset of that content names its classes, where it is on this machine. */
async function namesHere({ spec: { data, model } }: Trial): Promise<readonly string[] | undefined> {
  const { classNamesOf } = await import('../../worker/data/index.ts');
  const names = await classNamesOf(data).catch(() => undefined);
  return names?.length === model.classes ? names : undefined;
}

function listed(names: readonly string[]): string {
  const few = names.slice(0, 10).join(', ');
  return names.length > 10 ? `${few}, and ${names.length - 10} more` : few;
}

function finished({ id, trial, state, result }: TrialDetail): { trial: Trial; result: TrialResult } {
  if (trial === null)
    throw new ScalesweepError('USAGE', `Expected a trial that was trained here, got ${id}, whose result was imported`, {
      hint: 'An import brings accuracies, no weights.',
    });
  if (trial.spec.engine.name !== 'onnx')
    throw new ScalesweepError(
      'USAGE',
      `Expected a trial of the onnx engine, got ${id} of the ${trial.spec.engine.name} engine`,
    );
  if (result === null)
    throw new ScalesweepError('USAGE', `Expected a trial that is done, got ${id}, which is ${state}`, {
      hint: 'scalesweep resume trains what is left of a sweep.',
    });
  return { trial, result };
}

async function weightsOf(detail: TrialDetail, result: TrialResult, folder: string): Promise<TrainedWeights> {
  const weights = await readWeights(folder, detail.id);
  if (weights === undefined) throw noWeights(detail, folder);
  if (weights.digest === result.weightsDigest) return weights;
  throw new ScalesweepError(
    'CHECKPOINT_MISMATCH',
    `Expected the weights that gave the stored result of trial ${detail.id}, got others in ${folder}`,
    {
      hint: 'They are of another training of the same trial: name the folder of the one in this store (--checkpoints).',
    },
  );
}

function noWeights({ id, attempts }: TrialDetail, folder: string): ScalesweepError {
  const worker = attempts.findLast(({ outcome }) => outcome === 'done')?.worker ?? 'a worker';
  const isLocal = /^local-\d+$/.test(worker);
  return new ScalesweepError('NOT_FOUND', `Expected the weights of trial ${id} in ${folder}, got none`, {
    hint: isLocal
      ? 'They were removed (the folder keeps the newest 10 GB), or trained by a version that kept none: train the trial again into another store (scalesweep run GRID --db FILE).'
      : `They are where ${worker} keeps its checkpoints, on its machine or in the folder that the machines share: name that folder with --checkpoints DIR.`,
  });
}
