import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { packageRoot, type Trial } from '../../contract/index.ts';
import { openDataset } from '../../worker/data/index.ts';
import { meanOf, type SweepSide } from './our-sweep.ts';

type Format = 'nchw' | 'channels_last';

interface TorchTrial extends Pick<Trial['spec'], 'recipe' | 'epochs' | 'seed'> {
  readonly spec: Trial['spec']['model'];
  readonly format: Format;
}

const timed = z.object({ seconds: z.number() });
const ended = timed.extend({ minivalTop1: z.number(), testTop1: z.number() });

/** Writes the very images that our trials see, for sweep_loop.py; prepares our own cache on the way. */
export async function writeImages(trials: readonly Trial[], folder: string): Promise<void> {
  const shown = new Map(trials.map(({ spec }) => [spec.model.resolution, spec]));
  for (const [side, { data, model }] of shown) {
    const dataset = await openDataset(data, model);
    const { mean, std } = dataset;
    for (const split of ['train', 'minival', 'test'] as const) {
      const { pixels, labels } = dataset[split];
      if (pixels === undefined) throw new Error(`Expected the images of ${data.name} to be in memory`);
      const file = path.join(folder, `${side}-${split}`);
      writeFileSync(`${file}.images`, pixels);
      writeFileSync(`${file}.labels`, BigInt64Array.from(labels, BigInt));
    }
    writeFileSync(path.join(folder, `${side}.json`), JSON.stringify({ channels: model.channels, mean, std }));
  }
}

/** Gives each trial the memory format in which its network's step is faster. Not part of what is timed. */
export async function withFormats(
  trials: readonly Trial[],
  given: Format | undefined,
  folder: string,
  threads: number,
): Promise<TorchTrial[]> {
  const keyOf = (model: Trial['spec']['model']): string => JSON.stringify(model);
  const networks = new Map(trials.map(({ spec }) => [keyOf(spec.model), spec]));
  const probes = [...networks.values()].flatMap(({ model: spec, recipe, epochs, seed }) =>
    (['nchw', 'channels_last'] as const).map((format) => ({ spec, recipe, epochs, seed, format })),
  );
  const lines = given === undefined ? await loop(probes, { folder, threads, probe: true }) : [];
  const seconds = lines.map((line) => timed.parse(line).seconds);
  const faster = new Map(
    [...networks.keys()].map((key, i) => {
      const [nchw, channelsLast] = [seconds[2 * i]!, seconds[2 * i + 1]!];
      return [key, channelsLast < nchw ? ('channels_last' as const) : ('nchw' as const)];
    }),
  );
  return trials.map(({ spec: { model: spec, recipe, epochs, seed } }) => {
    return { spec, recipe, epochs, seed, format: given ?? faster.get(keyOf(spec))! };
  });
}

/** The same trials as a loop over a plain PyTorch script, in one process. */
export async function runTorch(trials: readonly TorchTrial[], folder: string, threads: number): Promise<SweepSide> {
  const began = performance.now();
  const lines = await loop(trials, { folder, threads, probe: false });
  const seconds = (performance.now() - began) / 1000;
  const results = lines.map((line) => ended.parse(line));
  return {
    seconds,
    meanMinivalTop1: meanOf(results.map(({ minivalTop1 }) => minivalTop1)),
    meanTestTop1: meanOf(results.map(({ testTop1 }) => testTop1)),
  };
}

async function loop(
  trials: readonly TorchTrial[],
  { folder, threads, probe }: { folder: string; threads: number; probe: boolean },
): Promise<unknown[]> {
  const task = path.join(folder, 'task.json');
  writeFileSync(task, JSON.stringify({ threads, data: folder, probe, trials }));
  const python = process.env['SCALESWEEP_TORCH_PYTHON'] ?? '/usr/bin/python3';
  const child = spawn(python, [path.join(packageRoot(), 'bench/torch/sweep_loop.py'), task], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: unknown[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(JSON.parse(line));
    process.stderr.write(`PyTorch${probe ? ', probing' : ''}: ${lines.length} of ${trials.length}\n`);
  }
  if (lines.length !== trials.length)
    throw new Error(`Expected ${trials.length} lines of PyTorch, got ${lines.length}`);
  return lines;
}
