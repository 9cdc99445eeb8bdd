import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { classCounts, closeDatasets, fetchDataset, openDataset } from '../../../worker/data/index.ts';
import { temporaryFolders } from './temporary-folders.ts';
import { isSkippedWithout } from '../../support/needs.ts';
import { COMPUTES_A_WHILE } from '../../support/time-outs.ts';

vi.setConfig({ testTimeout: COMPUTES_A_WHILE, hookTimeout: COMPUTES_A_WHILE });

const temporary = temporaryFolders();
const installed = existsSync('/usr/share/datasets/fashion-mnist');

// Skipped, visibly, where the Debian package is not installed: its other sources need a network.
describe.skipIf(isSkippedWithout(installed))('Fashion-MNIST', () => {
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
  });

  it('is split and resized to the very same bytes on every machine: its identity stands for them', async () => {
    const cacheDir = temporary();
    const data = { name: 'fashion-mnist', identity: 'fashion-mnist/1', trainImages: 2_000, minivalImages: 500 };
    const digests: Record<number, string> = {};
    for (const resolution of [20, 28, 32]) {
      const { train, minival, test } = await openDataset(data, { resolution, channels: 1 }, { cacheDir });
      const hash = createHash('sha256');
      for (const { pixels, labels } of [train, minival, test]) hash.update(pixels!).update(labels);
      digests[resolution] = hash.digest('hex').slice(0, 16);
    }
    closeDatasets();
    // A change here makes old results another dataset's: raise the identity.
    expect(digests).toMatchInlineSnapshot(`
      {
        "20": "b2dcbbc5f6d674a8",
        "28": "0190eaef051451ce",
        "32": "58a00f19f16a9fb2",
      }
    `);
  });
});
