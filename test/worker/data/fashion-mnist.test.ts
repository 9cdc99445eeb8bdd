import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { classCounts, closeDatasets, fetchDataset, openDataset } from '../../../worker/data/index.ts';
import { temporaryFolders } from './temporary-folders.ts';

const temporary = temporaryFolders();
const installed = existsSync('/usr/share/datasets/fashion-mnist');

// Skipped, visibly, where the Debian package is not installed: its other sources need a network.
describe.skipIf(!installed)('Fashion-MNIST', () => {
  it('comes from the installed package, of the pinned content', async () => {
    const cacheDir = temporary();
    const { sources, contents } = await fetchDataset('fashion-mnist', { cacheDir });
    expect(sources).toEqual([expect.stringContaining('installed')]);
    expect(contents.size).toBe(4);
    const data = { name: 'fashion-mnist', identity: 'fashion-mnist/1', trainImages: 6_000, minivalImages: 1_000 };
    const dataset = await openDataset(data, { resolution: 28, channels: 1, classes: 10 }, { cacheDir });
    closeDatasets();
    expect(classCounts(dataset.test, 10)).toEqual(Array.from({ length: 10 }, () => 1_000));
    // Published for all 60,000 images: 0.2860 and 0.3530.
    expect(Math.abs(dataset.mean[0]! - 0.286)).toBeLessThan(0.003);
    expect(Math.abs(dataset.std[0]! - 0.353)).toBeLessThan(0.003);
    // The split is part of what a trial's id stands for: it must not change without a new identity.
    expect([...dataset.train.labels.subarray(0, 12)]).toMatchInlineSnapshot(`
      [
        6,
        5,
        8,
        9,
        8,
        6,
        7,
        3,
        0,
        3,
        6,
        2,
      ]
    `);
    expect([...dataset.minival.labels.subarray(0, 12)]).toMatchInlineSnapshot(`
      [
        4,
        6,
        4,
        9,
        3,
        8,
        4,
        5,
        9,
        3,
        7,
        3,
      ]
    `);
  });
});
