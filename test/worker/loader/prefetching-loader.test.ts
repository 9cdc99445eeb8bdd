import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { truncateSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { RecipeSpec } from '../../../contract/index.ts';
import { closeDatasets, evalSteps, trainSteps, type Dataset } from '../../../worker/data/index.ts';
import { fetchImageFolder, openImageFolder } from '../../../worker/data/image-folder/open-folder.ts';
import { openDescribed } from '../../../worker/data/open.ts';
import type { BatchPlan, BatchRequest } from '../../../worker/loader/batch-plan.ts';
import { directLoader } from '../../../worker/loader/direct-loader.ts';
import type { DataLoader, FilledBatch } from '../../../worker/loader/data-loader.ts';
import { PrefetchingLoader } from '../../../worker/loader/prefetching-loader.ts';
import { describeFiles, madeUpFiles, sourceOf } from '../data/made-up-files.ts';
import { decodeMadeUp, threeClasses, writeFolder } from '../data/photographs.ts';
import { temporaryFolders } from '../data/temporary-folders.ts';
import { tinyDataset } from '../../fixtures/dataset.ts';
import { fullRecipe, recipeOf } from '../../fixtures/trial.ts';
import { STARTS_PROCESSES } from '../../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

const temporary = temporaryFolders();
const threaded = new PrefetchingLoader();
afterEach(closeDatasets);
afterAll(() => threaded.close());

const planOf = (recipe: RecipeSpec, seed = 3): BatchPlan => ({
  recipe,
  seed,
  trainBatch: recipe.batchSize,
  evaluationBatch: 16,
  dropoutFeatures: 12,
  dropPathShares: [0.5, 1],
});

/** Two epochs with their evaluations, and the test set. */
function* schedule(dataset: Dataset, { trainBatch, evaluationBatch }: BatchPlan): Generator<BatchRequest> {
  const evaluation = (split: 'minival' | 'test'): BatchRequest[] =>
    Array.from({ length: evalSteps(dataset[split].count, evaluationBatch) }, (_, batch) => ({
      kind: 'eval',
      split,
      batch,
    }));
  const perEpoch = trainSteps(dataset.train.count, trainBatch);
  for (let step = 0; step < 2 * perEpoch; step++) {
    yield { kind: 'train', epoch: Math.floor(step / perEpoch), batch: step % perEpoch, step };
    if (step % perEpoch === perEpoch - 1) yield* evaluation('minival');
  }
  yield* evaluation('test');
}

/** What a batch holds, in a line: its arrays are filled again with the next. */
const summary = ({ filled, images, labels, dropout, dropPath }: FilledBatch): string =>
  [images, labels, dropout, dropPath]
    .map((array) => (array === undefined ? 'none' : createHash('sha256').update(array).digest('hex').slice(0, 16)))
    .join(' ') + ` ${filled} ${String(labels)}`;

/** The first `most` batches of the schedule, or what went wrong. */
async function batchesOf(loader: DataLoader, dataset: Dataset, plan: BatchPlan, most = Infinity) {
  const stream = loader.open(dataset, plan, schedule(dataset, plan));
  const batches: string[] = [];
  try {
    for (const _ of schedule(dataset, plan)) {
      if (batches.length === most) break;
      batches.push(summary(await stream.next()));
    }
    return { batches, error: undefined };
  } catch (error) {
    return { batches, error };
  } finally {
    stream.close();
  }
}

async function madeUpDataset(): Promise<Dataset> {
  const files = madeUpFiles(90, 30);
  const descriptor = describeFiles(files, [sourceOf('source', files)]);
  const data = { name: 'made-up', identity: 'made-up/1', trainImages: 50, minivalImages: 20 };
  return openDescribed(descriptor, data, { resolution: 9, channels: 1 }, { cacheDir: temporary() });
}

async function photographs() {
  const cacheDir = temporary();
  writeFolder(`${cacheDir}/insects`, { 'dataset.json': '{"resolution": 7}', ...threeClasses(12, 6) });
  const options = { cacheDir, log: () => undefined, decode: decodeMadeUp };
  const { identity } = await fetchImageFolder('insects', options);
  const data = { name: 'insects', identity, trainImages: 27, minivalImages: 9 };
  const opened = await openImageFolder(data, { resolution: 7, channels: 3 }, options);
  return { ...opened, packed: `${cacheDir}/insects/prepared/photographs-8.bin` };
}

const recipes: Readonly<Record<string, RecipeSpec>> = {
  'nothing changed': recipeOf(),
  'RandAugment, padding, flips, dropout and stochastic depth': fullRecipe,
  'random resized crops': recipeOf({ flip: true, crop: 'resized', randAugmentLayers: 2, randAugmentMagnitude: 10 }),
};

describe('the batch thread', () => {
  it.each(Object.entries(recipes))('gives the very bytes of the direct path with %s', async (_, recipe) => {
    const dataset = await madeUpDataset();
    const direct = await batchesOf(directLoader, dataset, planOf(recipe));
    expect(direct.batches.length).toBeGreaterThan(10);
    expect(await batchesOf(threaded, dataset, planOf(recipe))).toEqual(direct);
  });

  it('gives the very bytes of the direct path of photographs, which it reads for itself', async () => {
    const { dataset, close } = await photographs();
    const direct = await batchesOf(directLoader, dataset, planOf(recipes['random resized crops']!));
    close();
    expect(await batchesOf(threaded, dataset, planOf(recipes['random resized crops']!))).toEqual(direct);
  });

  it('is given images in shared memory, not copies of them', async () => {
    const { train, minival, test } = await madeUpDataset();
    for (const set of [train, minival, test]) expect(set.pixels?.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(train.original(0).pixels.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('serves one stream after the other, and mistakes no answer to a stream that was left early', async () => {
    const dataset = await madeUpDataset();
    for (const [seed, most] of [
      [1, 1],
      [2, 4],
      [3, Infinity],
    ] as const) {
      const plan = planOf(fullRecipe, seed);
      expect(await batchesOf(threaded, dataset, plan, most)).toEqual(
        await batchesOf(directLoader, dataset, plan, most),
      );
    }
  });

  it('fails as the direct path does, at the same batch, and serves the next stream', async () => {
    const { dataset, packed, close } = await photographs();
    // The last of the 36 photographs to train on are lost.
    truncateSync(packed, 3 * 11 * 8 * 33);
    const plan = planOf(recipeOf({ batchSize: 2 }));
    const direct = await batchesOf(directLoader, dataset, plan);
    close();
    const ahead = await batchesOf(threaded, dataset, plan);
    expect(direct.batches.length).toBeGreaterThan(0);
    expect(ahead.batches).toEqual(direct.batches);
    const { code, hint, exitCode, message } = direct.error as Record<string, unknown>;
    expect(ahead.error).toMatchObject({ name: 'ScalesweepError', code, hint, exitCode, message });
    expect(code).toBe('DATASET_CORRUPT');
    const next = await madeUpDataset();
    expect(await batchesOf(threaded, next, planOf(fullRecipe))).toEqual(
      await batchesOf(directLoader, next, planOf(fullRecipe)),
    );
  });

  it('that dies fails the stream with its last words, and the next stream starts another', async () => {
    const dataset = tinyDataset();
    const portable = { ...dataset.train.portable, labels: null } as unknown as Dataset['train']['portable'];
    const unreadable: Dataset = { ...dataset, train: { ...dataset.train, portable } };
    const { batches, error } = await batchesOf(threaded, unreadable, planOf(fullRecipe));
    expect(batches).toEqual([]);
    expect(error).toBeInstanceOf(TypeError);
    expect(await batchesOf(threaded, dataset, planOf(fullRecipe))).toEqual(
      await batchesOf(directLoader, dataset, planOf(fullRecipe)),
    );
  });

  it('keeps the process alive while a batch is waited for, and no longer', async () => {
    const script = path.join(import.meta.dirname, 'leave-loader.ts');
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script], { timeout: 100_000 });
    expect(stdout).toBe('8\n');
  });

  it('says that a schedule is over', async () => {
    for (const loader of [directLoader, threaded]) {
      const stream = loader.open(tinyDataset(), planOf(fullRecipe), [{ kind: 'eval', split: 'test', batch: 0 }]);
      expect((await stream.next()).filled).toBe(16);
      await expect(stream.next()).rejects.toThrow(/end of the schedule/);
      stream.close();
    }
  });
});
