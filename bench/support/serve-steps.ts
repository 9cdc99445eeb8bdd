import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { random, type ModelSpec, type RecipeSpec } from '../../contract/index.ts';
import { RECIPE_DEFAULTS } from '../../grids/schema/defaults.ts';
import type { Trainer } from '../../worker/training/trainer.ts';

/** What every process of the training benchmark trains with: plain momentum SGD. */
export function benchRecipe(batchSize: number): RecipeSpec {
  return { ...RECIPE_DEFAULTS, batchSize, learningRate: 0.01, schedule: 'constant', weightDecay: 1e-4 };
}

interface Served {
  readonly trainer: Trainer;
  readonly spec: ModelSpec;
  readonly batch: number;
  readonly warmUpSteps: number;
  readonly note: string;
}

/**
 * A process's part of the benchmark's protocol: writes `ready` after a few steps on made-up images, then waits for a number of
 * seconds on standard input, trains as long and writes what it did, as JSON.
 */
export async function serveSteps({ trainer, spec, batch, warmUpSteps, note }: Served): Promise<void> {
  const draw = random(1, 'images');
  const images = Float32Array.from({ length: batch * spec.channels * spec.resolution ** 2 }, () => draw.normal());
  const labels = Int32Array.from({ length: batch }, () => draw.below(spec.classes));
  const step = async (): Promise<void> =>
    void (await trainer.step({ images, labels }, { learningRate: 0.01, emaDecay: 0, statDecay: 0.9 }));
  for (let i = 0; i < warmUpSteps; i++) await step();
  console.log('ready');

  for await (const line of createInterface({ input: process.stdin })) {
    const limit = Number(line) * 1000;
    const began = performance.now();
    const cpu = process.cpuUsage();
    let steps = 0;
    while (performance.now() - began < limit) {
      await step();
      steps++;
    }
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'));
    const peakBytes = Number(peak?.[1] ?? 0) * 1024;
    console.log(JSON.stringify({ images: steps * batch, seconds, cpuSeconds: (user + system) / 1e6, peakBytes, note }));
    break;
  }
  await trainer.close();
}
