import { ScalesweepError, type Trial, type TrialResult } from '../../../contract/index.ts';
import { buildNetwork } from '../../../models/index.ts';
import { closeDatasets, describeSplits, openDataset } from '../../data/index.ts';
import { describeEnvironment } from '../../environment.ts';
import { directFeeder, feedsAhead, ThreadedFeeder } from '../../feed/index.ts';
import { datasetCacheDir } from '../../paths.ts';
import { stepsOf } from '../../training/schedule.ts';
import { trainTrial } from '../../training/train-trial.ts';
import type { Engine, TrialContext } from '../engine.ts';
import { openLibrary, type Backend } from './library.ts';
import { makeTensorflowTrainer } from './tensorflow-trainer.ts';

export interface TensorflowEngineOptions {
  /** @defaultValue 'native' */
  readonly backend?: Backend;
  /** Where datasets are kept; `$SCALESWEEP_DATA` or the user's cache by default. */
  readonly cacheDir?: string;
}

/** Trains with TensorFlow.js: the network interpreted operation by operation, gradients by its tape. */
export function makeTensorflowEngine(options: TensorflowEngineOptions = {}): Engine {
  const { backend = 'native', cacheDir = datasetCacheDir() } = options;
  const environment = describeEnvironment();
  const ahead = new ThreadedFeeder();
  return {
    name: 'tensorflow',
    async run(trial: Trial, context: TrialContext): Promise<TrialResult> {
      const { model, data, recipe, epochs, seed } = trial.spec;
      const { device, threads } = context;
      // First: a machine that lacks the library need not fetch the dataset.
      const { tf, name } = await openLibrary({ backend, device, threads });
      const network = buildNetwork(model);
      const notes: string[] = [];
      const dataset = await openDataset(data, model, { cacheDir, log: (line) => notes.push(line) });
      const { batch } = stepsOf(recipe, dataset.train.count, epochs);
      const { microBatch = batch } = context;
      const trainer = makeTensorflowTrainer({ tf, network, recipe, batch, microBatch, seed });
      try {
        const recorded = {
          ...environment,
          data: `${dataset.name}: ${describeSplits(dataset)}`,
          tensorflow: name,
          effectiveBatch: String(batch),
          batchNormBatch: String(microBatch),
        };
        const feeder = feedsAhead(device, threads) ? ahead : directFeeder;
        return await trainTrial({
          engine: 'tensorflow',
          trial,
          context,
          dataset,
          trainer,
          environment: recorded,
          notes,
          feeder,
        });
      } finally {
        await trainer.close();
      }
    },
    async close() {
      await ahead.close();
      closeDatasets();
    },
  };
}

/** `SCALESWEEP_TENSORFLOW=javascript` is how the tests have the engine run where no native library is. */
export function tensorflowOptionsFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): TensorflowEngineOptions {
  const backend = env['SCALESWEEP_TENSORFLOW'];
  if (backend === undefined || backend === '') return {};
  if (backend === 'native' || backend === 'javascript') return { backend };
  throw new ScalesweepError('USAGE', `Expected SCALESWEEP_TENSORFLOW to be native or javascript, got '${backend}'`, {
    hint: 'Unset it: the engine then computes with the native library.',
  });
}
