/** What a trainer may ask for in its arguments, and is then given as files: the images and the initial weights. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { contentHash, formatAmount, ScalesweepError, type TrialSpec } from '../../../contract/index.ts';
import { buildNetwork } from '../../../models/index.ts';
import { openDataset, splitNames, type Dataset, type ImageSet, type Split } from '../../data/index.ts';
import { preparedFile } from '../../storage/paths.ts';
import { bytesOf } from '../../storage/container.ts';
import { sizeOf, writeSafeTensors, type SafeTensor } from '../../storage/safetensors.ts';
import { initialParams } from '../../training/initialise.ts';

const PLACEHOLDERS = ['trial', 'data', 'split', 'weights', 'device', 'threads'] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];

export function asksFor(args: readonly string[], what: Placeholder): boolean {
  return args.some((argument) => argument.includes(`{${what}}`));
}

/** The arguments with their placeholders filled in; other braces stay as they are. */
export function fillIn(args: readonly string[], values: Readonly<Record<string, string>>): string[] {
  return args.map((argument) =>
    argument.replaceAll(/\{([\w.]+)\}/g, (all, name: string) => (Object.hasOwn(values, name) ? values[name]! : all)),
  );
}

/** What stands for the placeholders that name a setting of the trial: `{width}`, `{params.expansion}`. */
export function settingsOf({ model, epochs, seed }: TrialSpec): Record<string, string> {
  const { family, width, depth, resolution, params = {} } = model;
  const own = Object.entries(params).map(([name, value]) => [`params.${name}`, value] as const);
  const settings = Object.entries({ family, width, depth, resolution, epochs, seed, ...Object.fromEntries(own) });
  return Object.fromEntries(settings.map(([name, value]) => [name, String(value)]));
}

/** More is for a trainer that reads the dataset itself. */
const MOST_BYTES = 16e9;

/**
 * The images of a trial as one file in the dataset's cache, made by the first trial that asks: `train.images` [count, channels, side, side] of
 * bytes, `train.labels` [count], the same for `minival` and `test`, and `mean` and `std` by channel, in units of 0-1. Training images are
 * in the order that `permutation` shuffles; nothing is augmented.
 *
 * @throws {ScalesweepError} as `openDataset`; USAGE when it would be too large.
 */
export async function imagesFile({ data, model }: TrialSpec, cacheDir: string): Promise<string> {
  const { resolution, channels, classes } = model;
  const key = contentHash({ data, resolution, channels, classes }).slice(0, 16);
  const file = path.join(path.dirname(preparedFile(cacheDir, data.name, key)), `${key}.safetensors`);
  if (existsSync(file)) return file;
  const dataset = await openDataset(data, { resolution, channels, classes }, { cacheDir });
  const tensors = [
    ...(['train', 'minival', 'test'] as const).flatMap((split) => tensorsOf(split, dataset[split])),
    ...(['mean', 'std'] as const).map((name) => statistic(name, dataset)),
  ];
  const bytes = tensors.reduce((sum, tensor) => sum + sizeOf(tensor), 0);
  if (bytes > MOST_BYTES) {
    throw new ScalesweepError(
      'USAGE',
      `Expected at most ${formatAmount(MOST_BYTES)}B of images for {data}, got ${formatAmount(bytes)}B of ${data.name}`,
      { hint: 'Let the trainer read the dataset itself: without {data} among the arguments nothing is written.' },
    );
  }
  await writeSafeTensors(file, tensors, { name: data.name, identity: data.identity });
  return file;
}

function tensorsOf(split: Split, set: ImageSet): SafeTensor[] {
  const { count, channels, side, labels } = set;
  return [
    { name: `${split}.images`, dtype: 'U8', shape: [count, channels, side, side], chunks: imagesOf(set) },
    { name: `${split}.labels`, dtype: 'I32', shape: [count], chunks: [bytesOf(Int32Array.from(labels))] },
  ];
}

function* imagesOf(set: ImageSet): Generator<Uint8Array> {
  if (set.pixels !== undefined) yield set.pixels;
  else for (let i = 0; i < set.count; i++) yield set.image(i);
}

function statistic(name: 'mean' | 'std', dataset: Dataset): SafeTensor {
  const values = Float64Array.from(dataset[name]);
  return { name, dtype: 'F64', shape: [values.length], chunks: [bytesOf(values)] };
}

/** The files of a trial's split, as JSON: `folder`, and below it `train`, `minival` and `test`. For trainers that read photographs themselves. */
export async function splitFile({ data }: TrialSpec, cacheDir: string, file: string): Promise<string> {
  await writeFile(file, JSON.stringify(await splitNames(data, { cacheDir })));
  return file;
}

/** The weights that every engine of this program would start from, by name, in the order in which the network runs. */
export async function initialWeightsFile({ model, seed }: TrialSpec, file: string): Promise<string> {
  const network = buildNetwork(model);
  const values = initialParams(network, seed);
  const tensors = network.nodes
    .flatMap((node) => node.params)
    .map(({ name, shape }): SafeTensor => ({ name, dtype: 'F32', shape, chunks: [bytesOf(values.get(name)!)] }));
  await writeSafeTensors(file, tensors);
  return file;
}
