import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CPU_PACKAGE, GPU_PACKAGE } from '../../../worker/engines/tensorflow/packages.ts';
import { probeTensorflow } from '../../../worker/engines/tensorflow/probe.ts';
import { installStandIn } from './stand-in.ts';

let folder: string;
const probe = () => probeTensorflow(path.join(folder, 'index.js'));

beforeEach(() => void (folder = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-tensorflow-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('what doctor says of TensorFlow', () => {
  it('is what to install where there is nothing', async () => {
    expect(await probe()).toEqual({
      found: '',
      error: 'not installed',
      mend: expect.stringContaining(`npm install --no-save ${GPU_PACKAGE}@4.22.0`),
    });
  });

  it('is which library is missing or does not load, and how to get it', async () => {
    installStandIn(folder, GPU_PACKAGE, { isComplete: false });
    installStandIn(folder, CPU_PACKAGE, { breaks: true });
    const { error, mend } = await probe();
    expect(error).toBe(
      `${GPU_PACKAGE} 4.22.0: its native library is missing; ${CPU_PACKAGE} 4.22.0: does not load: Error: libtensorflow.so.2: cannot open shared object file`,
    );
    expect(mend).toContain(GPU_PACKAGE);
  });

  it('is what it trains on, and that it found no GPU where it was to', async () => {
    installStandIn(folder, CPU_PACKAGE);
    expect(await probe()).toEqual({ found: `${CPU_PACKAGE} 4.22.0: trains on cpu` });
    installStandIn(folder, GPU_PACKAGE);
    expect(await probe()).toMatchObject({
      found: `${GPU_PACKAGE} 4.22.0: trains on cpu; ${CPU_PACKAGE} 4.22.0: trains on cpu`,
      mend: expect.stringContaining('It found no GPU'),
    });
    installStandIn(folder, GPU_PACKAGE, { isOnGpu: true });
    expect(await probe()).toEqual({
      found: `${GPU_PACKAGE} 4.22.0: trains on cuda; ${CPU_PACKAGE} 4.22.0: trains on cpu`,
    });
  });
});
