import { ScalesweepError } from '../../contract/index.ts';
import type { DatasetDescriptor } from './descriptor.ts';
import { cifar10 } from './cifar-10.ts';
import { fashionMnist } from './fashion-mnist.ts';

/** The datasets that the program can get by itself. */
export const catalog: readonly DatasetDescriptor[] = [fashionMnist, cifar10];

/** The dataset of that name, if the program can get it by itself. */
export function findDescriptor(name: string): DatasetDescriptor | undefined {
  return catalog.find((descriptor) => descriptor.name === name);
}

/** A name that is neither in the catalogue nor an image folder's. */
export function unknownDataset(name: string, folder: string): ScalesweepError {
  return new ScalesweepError('DATASET_UNAVAILABLE', `Expected the name of a known dataset, got "${name}"`, {
    hint: `Known: ${catalog.map((descriptor) => descriptor.name).join(', ')}, or photographs in ${folder}/train/CLASS and ${folder}/test/CLASS.`,
  });
}
