import type { Trial, TrialResult } from '../../../contract/index.ts';
import { buildNetwork } from '../../../models/index.ts';
import { closeDatasets, describeSplits, openDataset } from '../../data/index.ts';
import { describeEnvironment } from '../../environment.ts';
import { directFeeder, feedsAhead, ThreadedFeeder } from '../../feed/index.ts';
import { datasetCacheDir } from '../../paths.ts';
import { stepsOf } from '../../training/schedule.ts';
import { trainTrial } from '../../training/train-trial.ts';
import type { Engine, TrialContext } from '../engine.ts';
import { openOnnxTrainer } from './onnx-trainer.ts';
import { requireDevice } from './require-device.ts';
import { sessions } from './session.ts';

export interface OnnxEngineOptions {
  /** Where datasets are kept; `$SCALESWEEP_DATA` or the user's cache by default. */
  readonly cacheDir?: string;
}

/** Trains with ONNX Runtime: forward, backward and optimiser compiled to one graph. */
export function makeOnnxEngine({ cacheDir = datasetCacheDir() }: OnnxEngineOptions = {}): Engine {
  const environment = describeEnvironment();
  const ahead = new ThreadedFeeder();
  sessions.keep();
  return {
    name: 'onnx',
    async run(trial: Trial, context: TrialContext): Promise<TrialResult> {
      const { model, data, recipe, epochs, seed } = trial.spec;
      const network = buildNetwork(model);
      await requireDevice(context.device);
      const notes: string[] = [];
      const dataset = await openDataset(data, model, { cacheDir, log: (line) => notes.push(line) });
      const { batch } = stepsOf(recipe, dataset.train.count, epochs);
      const { device, threads, microBatch = batch } = context;
      const trainer = await openOnnxTrainer({ network, recipe, batch, microBatch, seed, device, threads });
      try {
        const { lowering, reason } = trainer.choice;
        const recorded = {
          ...environment,
          data: `${dataset.name}: ${describeSplits(dataset)}`,
          lowering: `${lowering.layout}: ${reason}`,
          ...(trainer.placement === undefined ? {} : { placement: trainer.placement }),
          effectiveBatch: String(batch),
          batchNormBatch: String(microBatch),
        };
        const feeder = feedsAhead(device, threads) ? ahead : directFeeder;
        return await trainTrial({
          engine: 'onnx',
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
      await sessions.close();
      closeDatasets();
    },
  };
}
