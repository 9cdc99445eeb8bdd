import type { RecipeSpec, Trial, TrialResult } from '../../contract/index.ts';
import { buildNetwork, type Network } from '../../models/index.ts';
import { closeDatasets, describeSplits, openDataset } from '../data/index.ts';
import { describeEnvironment } from '../process/environment.ts';
import { directLoader, prefetches, PrefetchingLoader } from '../loader/index.ts';
import { datasetCacheDir } from '../storage/paths.ts';
import { stepsOf } from '../training/schedule.ts';
import { trainTrial } from '../training/train-trial.ts';
import type { Trainer } from '../training/trainer.ts';
import type { Engine, TrialContext } from './engine.ts';

interface TrainerRequest {
  readonly network: Network;
  readonly recipe: RecipeSpec;
  /** Images of an optimiser step. */
  readonly batch: number;
  /** Images in memory at one time: a divisor of `batch`. */
  readonly microBatch: number;
  readonly seed: number;
  readonly device: string;
  readonly threads: number;
}

/** What sets one engine that trains by itself apart from another. */
export interface BuiltIn<Library> {
  readonly name: string;
  /** Where datasets are kept. @defaultValue `$SCALESWEEP_DATA` or the user's cache */
  readonly cacheDir?: string | undefined;
  /** First of all: a machine that lacks the device or the library need not fetch the dataset. */
  readonly prepare: (context: TrialContext) => Promise<Library>;
  /** A trainer of the network, which is closed when the trial ends, and what of it stands in the attempt's record. */
  readonly open: (library: Library, request: TrainerRequest) => Promise<OpenedTrainer>;
  /** Of what outlives a trial. */
  readonly close?: () => Promise<void>;
}

interface OpenedTrainer {
  readonly trainer: Trainer;
  readonly record: Readonly<Record<string, string>>;
}

/** An engine around a trainer: dataset, batches, training loop and record are the same for all. */
export function makeBuiltInEngine<Library>(builtIn: BuiltIn<Library>): Engine {
  const { name, cacheDir = datasetCacheDir(), prepare, open, close } = builtIn;
  const environment = describeEnvironment();
  const ahead = new PrefetchingLoader();
  return {
    name,
    async run(trial: Trial, context: TrialContext): Promise<TrialResult> {
      const { model, data, recipe, epochs, seed } = trial.spec;
      const { device, threads } = context;
      const library = await prepare(context);
      const network = buildNetwork(model);
      const notes: string[] = [];
      const dataset = await openDataset(data, model, { cacheDir, log: (line) => notes.push(line) });
      const { batch } = stepsOf(recipe, dataset.train.count, epochs);
      const { microBatch = batch } = context;
      const { trainer, record } = await open(library, { network, recipe, batch, microBatch, seed, device, threads });
      try {
        const recorded = {
          ...environment,
          data: `${dataset.name}: ${describeSplits(dataset)}`,
          ...record,
          effectiveBatch: String(batch),
          batchNormBatch: String(microBatch),
        };
        const loader = prefetches(device, threads) ? ahead : directLoader;
        return await trainTrial({ trial, context, dataset, trainer, environment: recorded, notes, loader });
      } finally {
        await trainer.close();
      }
    },
    async close() {
      await ahead.close();
      await close?.();
      closeDatasets();
    },
  };
}
