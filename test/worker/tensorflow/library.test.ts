import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CPU_PACKAGE, GPU_PACKAGE } from '../../../worker/engines/tensorflow/packages.ts';
import { nativeEnvironment } from '../../../worker/engines/tensorflow/native-environment.ts';
import { tensorflowOptionsFromEnvironment } from '../../../worker/engines/tensorflow/index.ts';
import { installStandIn } from './stand-in.ts';

let folder: string;
let environment: NodeJS.ProcessEnv;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-tensorflow-'));
  environment = { ...process.env };
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
});

/** Loaded again each time, as by a new process. */
async function open(device: string): Promise<{ tf: unknown; name: string }> {
  vi.resetModules();
  const { openLibrary } = await import('../../../worker/engines/tensorflow/library.ts');
  return openLibrary({ backend: 'native', device, threads: 1, from: path.join(folder, 'index.js') });
}

describe('the native library', () => {
  it.each([
    ['cpu', '@tensorflow/tfjs-node'],
    ['cuda:0', '@tensorflow/tfjs-node-gpu'],
  ])('when missing for %s stops the trial with what to install, and falls back on nothing', async (device, name) => {
    await expect(open(device)).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      message: expect.stringMatching(/got (no|neither) .* installed$/),
      hint: expect.stringContaining(`npm install --no-save ${name}@4.22.0`),
    });
  });

  it('is asked for again where a package came without it', async () => {
    installStandIn(folder, GPU_PACKAGE, { isComplete: false });
    await expect(open('cuda:0')).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      message: expect.stringContaining(`${GPU_PACKAGE} without its library`),
    });
  });

  it('is an error with its cause where it does not load', async () => {
    installStandIn(folder, CPU_PACKAGE, { breaks: true });
    await expect(open('cpu')).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      message: expect.stringContaining('libtensorflow.so.2: cannot open shared object file'),
    });
  });

  it('is refused where it fell back on the CPU', async () => {
    installStandIn(folder, GPU_PACKAGE, { isOnGpu: false });
    await expect(open('cuda:0')).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      message: 'Expected cuda:0, got the CPU: TensorFlow found no such GPU',
    });
  });

  it('sees the GPU that was asked for and no other', async () => {
    installStandIn(folder, GPU_PACKAGE, { isOnGpu: true });
    process.env['CUDA_VISIBLE_DEVICES'] = '4,6';
    expect(await open('cuda:1')).toMatchObject({ tf: { saw: '6' }, name: `${GPU_PACKAGE} 4.22.0` });
  });

  it('of the GPU package serves the CPU where it is the only one, and sees no GPU', async () => {
    installStandIn(folder, GPU_PACKAGE);
    expect(await open('cpu')).toMatchObject({ tf: { name: GPU_PACKAGE, saw: '-1' } });
    installStandIn(folder, CPU_PACKAGE);
    expect(await open('cpu')).toMatchObject({ tf: { name: CPU_PACKAGE } });
  });

  it('stays on one device in a process', async () => {
    installStandIn(folder, CPU_PACKAGE);
    installStandIn(folder, GPU_PACKAGE, { isOnGpu: true });
    vi.resetModules();
    const { openLibrary } = await import('../../../worker/engines/tensorflow/library.ts');
    const request = { backend: 'native', threads: 1, from: path.join(folder, 'index.js') } as const;
    const first = await openLibrary({ ...request, device: 'cpu' });
    expect(await openLibrary({ ...request, device: 'cpu' })).toBe(first);
    await expect(openLibrary({ ...request, device: 'cuda:0' })).rejects.toMatchObject({ code: 'DEVICE_UNAVAILABLE' });
  });

  it('is not what webgpu:0 is for', async () => {
    await expect(open('webgpu:0')).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      message: 'Expected the device cpu or cuda:N, got webgpu:0',
    });
  });
});

it.each([
  ['cpu', undefined, '-1'],
  ['cpu', '0,1', '-1'],
  ['cuda:0', undefined, '0'],
  ['cuda:3', undefined, '3'],
  ['cuda:1', '4, 6', '6'],
  ['cuda:0', 'GPU-8932f937', 'GPU-8932f937'],
  ['cuda:2', '4,6', '-1'],
  ['cuda:0', '', ''],
])('%s where %s is visible makes %s visible', (device, visible, expected) => {
  const env = nativeEnvironment(device, 3, { CUDA_VISIBLE_DEVICES: visible });
  expect(env).toMatchObject({ CUDA_VISIBLE_DEVICES: expected, TF_NUM_INTRAOP_THREADS: '3', NVIDIA_TF32_OVERRIDE: '0' });
});

it('puts back what newer versions of Node took from util, and leaves what is there', async () => {
  const { restoreRemovedPredicates } = await import('../../../worker/engines/tensorflow/library.ts');
  const isArray = (): boolean => true;
  const util: { isArray: typeof isArray; isNullOrUndefined?: (value: unknown) => boolean } = { isArray };
  restoreRemovedPredicates(util);
  expect(util.isArray).toBe(isArray);
  expect([null, undefined, 0, ''].map((value) => util.isNullOrUndefined?.(value))).toEqual([true, true, false, false]);
});

it('computes in JavaScript only when told to', () => {
  expect(tensorflowOptionsFromEnvironment({})).toEqual({});
  expect(tensorflowOptionsFromEnvironment({ SCALESWEEP_TENSORFLOW: 'javascript' })).toEqual({ backend: 'javascript' });
  expect(() => tensorflowOptionsFromEnvironment({ SCALESWEEP_TENSORFLOW: 'wasm' })).toThrow(/native or javascript/);
});
