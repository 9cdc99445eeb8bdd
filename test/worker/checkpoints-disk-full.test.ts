import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openCheckpoints } from '../../worker/checkpoints.ts';

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
  it.skipIf(!mounted)('refuses the new checkpoint and keeps the older ones whole', async () => {
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
});
