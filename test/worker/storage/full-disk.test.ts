import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openCheckpoints } from '../../../worker/storage/checkpoints.ts';
import { fetchDescribed } from '../../../worker/data/fetch.ts';
import { openDescribed } from '../../../worker/data/open.ts';
import { describeFiles, madeUpFiles, sourceOf } from '../data/made-up-files.ts';
import { isSkippedWithout } from '../../support/needs.ts';

const TRIAL = '0123456789abcdef';

/** Puts a disk of 1 MB at the folder; false where this process may not mount one. */
function mountTinyDisk(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-tiny-disk-'));
const mounted = mountTinyDisk(folder);
afterAll(() => {
  if (mounted) execFileSync('umount', [folder]);
  rmSync(folder, { recursive: true, force: true });
});

describe('a full disk', () => {
  // Skipped, visibly, where mounting is not permitted.
  it.skipIf(isSkippedWithout(mounted))('refuses the new checkpoint and keeps the older ones whole', async () => {
    const store = openCheckpoints(folder, TRIAL);
    const tensors = (floats: number) => new Map([['weight', new Float32Array(floats).fill(0.5)]]);
    await store.save({ step: 1, tensors: tensors(50_000), meta: {} });
    await store.save({ step: 2, tensors: tensors(50_000), meta: {} });
    await expect(store.save({ step: 3, tensors: tensors(250_000), meta: {} })).rejects.toMatchObject({
      code: 'DISK_FULL',
      message: expect.stringContaining('step-000000000003.ckpt') as string,
    });
    // The temporary file is gone: the space is free for another try.
    expect((await readdir(path.join(folder, TRIAL))).sort()).toEqual([
      'step-000000000001.ckpt',
      'step-000000000002.ckpt',
    ]);
    expect((await store.load()).checkpoint).toMatchObject({ step: 2 });
    await store.save({ step: 3, tensors: tensors(60_000), meta: {} });
    expect((await store.load()).checkpoint).toMatchObject({ step: 3 });
  });

  it.skipIf(isSkippedWithout(mounted))('refuses a dataset that does not fit, and keeps no half of it', async () => {
    const cacheDir = path.join(folder, 'datasets');
    const large = madeUpFiles(1_000, 10, 40);
    await expect(fetchDescribed(describeFiles(large, [sourceOf('source', large)]), { cacheDir })).rejects.toMatchObject(
      {
        code: 'DISK_FULL',
        message: expect.stringContaining('train-images-idx3-ubyte') as string,
      },
    );
    expect(await readdir(path.join(cacheDir, 'made-up'))).toEqual([]);
  });

  it.skipIf(isSkippedWithout(mounted))('trains on when only the prepared images do not fit', async () => {
    const cacheDir = path.join(folder, 'datasets');
    const small = madeUpFiles(300, 10);
    const descriptor = describeFiles(small, [sourceOf('source', small)]);
    const data = { name: 'made-up', identity: 'made-up/1', trainImages: 200, minivalImages: 100 };
    const log: string[] = [];
    const dataset = await openDescribed(
      descriptor,
      data,
      { resolution: 64, channels: 1 },
      { cacheDir, log: (line) => log.push(line) },
    );
    expect(dataset.train.count).toBe(200);
    expect(log.some((line) => /^not kept for other trials: .*ENOSPC/.test(line))).toBe(true);
    expect(await readdir(path.join(cacheDir, 'made-up', 'prepared'))).toEqual([]);
  });
});
