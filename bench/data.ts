/**
 * What the data path costs: opening Fashion-MNIST (first time at a resolution, and from the prepared file), and filling
 * batches with each kind of augmentation. In CPU time, so that a busy machine does not change the figures. Run by
 * `npm run bench:data`; `--json` prints one document.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { closeDatasets, fetchDataset, fillEvalBatch, fillTrainBatch, openDataset } from '../worker/data/index.ts';
import type { AugmentationRecipe, Dataset } from '../worker/data/index.ts';

const BATCH = 128;
const MEASURE_MS = 1_500;

const data = { name: 'fashion-mnist', identity: 'fashion-mnist/1', trainImages: 6_000, minivalImages: 1_000 };
const off = { flip: false, crop: 'none', randAugmentLayers: 0, randAugmentMagnitude: 0 } as const;
const recipes: Readonly<Record<string, AugmentationRecipe>> = {
  'no augmentation': off,
  flip: { ...off, flip: true },
  'flip, pad': { ...off, flip: true, crop: 'pad' },
  'flip, resized crop': { ...off, flip: true, crop: 'resized' },
  'flip, pad, RandAugment 2 x 10': { flip: true, crop: 'pad', randAugmentLayers: 2, randAugmentMagnitude: 10 },
};

/** CPU time of this process, in milliseconds. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const start = cpuMs();
  await work();
  return Math.round(cpuMs() - start);
}

/** Images per second of CPU time, after one warm-up round. */
function rate(fill: (batch: number) => number): number {
  for (let batch = 0; batch < 20; batch++) fill(batch);
  const start = cpuMs();
  let images = 0;
  let batch = 0;
  while (cpuMs() - start < MEASURE_MS) {
    images += fill(batch);
    batch = (batch + 1) % 40;
  }
  return Math.round((images / (cpuMs() - start)) * 1_000);
}

function rates(dataset: Dataset): Record<string, number> {
  const { side, channels } = dataset.train;
  const images = new Float32Array(BATCH * channels * side * side);
  const labels = new Int32Array(BATCH);
  const found: Record<string, number> = {};
  for (const [name, recipe] of Object.entries(recipes)) {
    found[name] = rate((batch) => fillTrainBatch({ dataset, recipe, seed: 1, epoch: 0, batch, images, labels }));
  }
  found['evaluation'] = rate((batch) => fillEvalBatch({ dataset, split: 'test', batch, images, labels }));
  return found;
}

async function main(): Promise<void> {
  const cacheDir = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-bench-data-'));
  try {
    await fetchDataset('fashion-mnist', { cacheDir });
    const open = (resolution: number) => openDataset(data, { resolution, channels: 1 }, { cacheDir });
    const openCpuMs: Record<string, number> = {};
    for (const resolution of [20, 28, 32]) {
      openCpuMs[`${resolution} px, first time`] = await milliseconds(() => open(resolution));
      closeDatasets();
      openCpuMs[`${resolution} px, prepared`] = await milliseconds(() => open(resolution));
    }
    const imagesPerSecond = rates(await open(28));
    if (process.argv.includes('--json')) {
      console.log(JSON.stringify({ images: 17_000, openCpuMs, imagesPerSecond }));
      return;
    }
    console.log('opening 17,000 images, ms of CPU time');
    for (const [name, value] of Object.entries(openCpuMs)) console.log(`  ${name.padEnd(32)}${value}`);
    console.log('batches of 28 x 28 images, images/s of CPU time');
    for (const [name, value] of Object.entries(imagesPerSecond)) console.log(`  ${name.padEnd(32)}${value}`);
  } finally {
    rmSync(cacheDir, { recursive: true, force: true });
  }
}

await main();
