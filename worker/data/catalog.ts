import { ScalesweepError } from '../../contract/index.ts';
import type { DatasetDescriptor } from './descriptor.ts';
import { cifar10 } from './cifar-10.ts';
import { fashionMnist } from './fashion-mnist.ts';

/** The datasets that the program can get by itself. */
export const catalog: readonly DatasetDescriptor[] = [fashionMnist, cifar10];

/** @throws {ScalesweepError} `DATASET_UNAVAILABLE` for a name that is not in the catalogue. */
export function findDescriptor(name: string): DatasetDescriptor {
  const found = catalog.find((descriptor) => descriptor.name === name);
  if (found !== undefined) return found;
  throw new ScalesweepError('DATASET_UNAVAILABLE', `Expected the name of a known dataset, got "${name}"`, {
    hint: `Known: ${catalog.map((descriptor) => descriptor.name).join(', ')}.`,
  });
}
