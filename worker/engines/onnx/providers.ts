import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type ort from 'onnxruntime-node';
import { messageOf, nearestDevice, parseDevice, ScalesweepError, type Device } from '../../../contract/index.ts';

type SessionOptions = ort.InferenceSession.SessionOptions;

/**
 * How ONNX Runtime is asked for a device.
 *
 * @throws {ScalesweepError} `DEVICE_UNAVAILABLE` for a name that is no device, and for a second WebGPU adapter.
 */
export function providerOptions(name: string): Pick<SessionOptions, 'executionProviders' | 'extra'> {
  const device = parseDevice(name);
  if (device === undefined) {
    throw new ScalesweepError('DEVICE_UNAVAILABLE', `Expected the device cpu, cuda:N or webgpu:0, got ${name}`, {
      hint: `Did you mean ${nearestDevice(name)}?`,
    });
  }
  switch (device.kind) {
    case 'cpu':
      return { executionProviders: ['cpu'] };
    case 'cuda':
      return { executionProviders: [{ name: 'cuda', deviceId: device.index }], extra: NOTHING_ON_THE_CPU };
    case 'webgpu':
      if (device.index > 0) {
        throw new ScalesweepError('DEVICE_UNAVAILABLE', `Expected webgpu:0, got ${name}`, {
          hint: 'ONNX Runtime for Node.js takes the adapter that the driver offers first and lets nobody choose another.',
        });
      }
      return { executionProviders: ['webgpu'], extra: NOTHING_ON_THE_CPU };
  }
}

/** A session with an operation that the device lacks is refused; by default ONNX Runtime runs that on the CPU without a word. */
const NOTHING_ON_THE_CPU = { session: { disable_cpu_ep_fallback: '1' } };

/** What ONNX Runtime says in other words than a reader's, as an error of ours; `undefined` where it is about something else. */
export function deviceError(error: unknown, name: string): ScalesweepError | undefined {
  const device = parseDevice(name);
  if (device === undefined || device.kind === 'cpu') return undefined;
  const message = messageOf(error);
  if (/fallback to CPU EP has been explicitly disabled/.test(message)) {
    return new ScalesweepError(
      'DEVICE_UNAVAILABLE',
      `Expected ${name} to have every operation of the network, got one that only the CPU has`,
      { hint: 'Train this network with --devices cpu.', cause: error },
    );
  }
  if (!UNAVAILABLE.test(message)) return undefined;
  // Without the place in its sources and the condition there.
  const [said = ''] = message.replace(/^.* was false\. /s, '').split('\n', 1);
  return new ScalesweepError('DEVICE_UNAVAILABLE', `Expected the device ${name}, got from ONNX Runtime: ${said}`, {
    hint: howToInstall(device),
    cause: error,
  });
}

/** In the words of the two providers: no library, no driver, no such device, and one that went away. */
const UNAVAILABLE =
  /failed to load (shared )?library|no available backend|WebGPU adapter|WebGPU device|device (is |was )?lost|CUDA-capable device|invalid device ordinal|driver version is insufficient|ExecutionProvider.* (is not available|failed)|is unsupported: '(cuda|webgpu)'/i;

/** What this machine lacks for a device, and how to get it: one line. */
function howToInstall({ kind }: Device): string {
  if (kind === 'webgpu') {
    return (
      'WebGPU on Linux needs a Vulkan driver and its loader, libvulkan.so.1 (Debian: apt-get install libvulkan1 ' +
      "mesa-vulkan-drivers, or NVIDIA's driver); docs/gpu.md has the rest."
    );
  }
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return 'ONNX Runtime for Node.js has CUDA on Linux x64 only: try webgpu:0.';
  if (!existsSync(cudaLibrary())) {
    return (
      "ONNX Runtime's CUDA library is not installed: ONNXRUNTIME_NODE_INSTALL=cuda12 node " +
      'node_modules/onnxruntime-node/script/install.js fetches it; CUDA 12 and cuDNN 9 come from NVIDIA (docs/gpu.md).'
    );
  }
  return "ONNX Runtime's CUDA library is there: it needs NVIDIA's driver, CUDA 12 and cuDNN 9 on the library path (docs/gpu.md).";
}

/** Where the package's install script puts the provider when it is told to. */
function cudaLibrary(): string {
  const manifest = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  return path.join(path.dirname(manifest), 'bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so');
}
