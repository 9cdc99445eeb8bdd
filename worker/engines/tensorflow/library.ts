import { createRequire } from 'node:module';
import util from 'node:util';
import { messageOf, ScalesweepError } from '../../../contract/index.ts';
import { nativeEnvironment } from './native-environment.ts';
import { CPU_PACKAGE, findPackage, GPU_PACKAGE, installCommand, TFJS_VERSION } from './packages.ts';
import type { Tf } from './tf.ts';

/** `javascript` computes in plain JavaScript, far too slowly to train with: for tests of the engine, on purpose only. */
export type Backend = 'native' | 'javascript';

export interface Library {
  readonly tf: Tf;
  /** For the trial's record: the package and its version. */
  readonly name: string;
}

export interface LibraryRequest {
  readonly backend: Backend;
  readonly device: string;
  readonly threads: number;
  /** A file; packages are looked for as it would import them. @defaultValue this one */
  readonly from?: string;
}

const JAVASCRIPT_PACKAGE = '@tensorflow/tfjs';

/** One per process: TensorFlow reads its environment when it is loaded, and takes the GPUs that it then sees. */
let loaded: { readonly key: string; readonly library: Library } | undefined;

/** @throws {ScalesweepError} `DEVICE_UNAVAILABLE` when this machine cannot compute on the device that was asked for */
export async function openLibrary(request: LibraryRequest): Promise<Library> {
  const { backend, device, threads } = request;
  const key = `${backend}, ${device}, ${threads} threads`;
  if (loaded !== undefined && loaded.key !== key) {
    throw new ScalesweepError(
      'DEVICE_UNAVAILABLE',
      `Expected ${key}, got a process that holds TensorFlow on ${loaded.key}`,
      { hint: 'TensorFlow stays on the device that it was loaded for: use one worker process for each device.' },
    );
  }
  loaded ??= { key, library: backend === 'native' ? loadNative(request) : await loadJavascript(request) };
  return loaded.library;
}

/** The GPU package computes on CPUs too; the other is a smaller download. */
function candidates(device: string): readonly string[] {
  if (device === 'cpu') return [CPU_PACKAGE, GPU_PACKAGE];
  if (/^cuda:\d+$/.test(device)) return [GPU_PACKAGE];
  throw new ScalesweepError('DEVICE_UNAVAILABLE', `Expected the device cpu or cuda:N, got ${device}`, {
    hint: 'The tensorflow engine computes on CPUs and on NVIDIA GPUs. docs/gpu.md says which engine runs on what.',
  });
}

function loadNative({ device, threads, from = import.meta.url }: LibraryRequest): Library {
  const names = candidates(device);
  const found = names.map((name) => findPackage(name, from)).filter((one) => one !== undefined);
  const usable = found.find(({ isComplete }) => isComplete);
  if (usable === undefined) {
    const [incomplete] = found;
    const state =
      incomplete === undefined
        ? names.length > 1
          ? `neither ${names.join(' nor ')} installed`
          : `no ${names[0]} installed`
        : `${incomplete.name} without its library`;
    throw new ScalesweepError(
      'DEVICE_UNAVAILABLE',
      `Expected TensorFlow's native library for ${device}, got ${state}`,
      {
        hint: installCommand(names[0]!),
      },
    );
  }
  Object.assign(process.env, nativeEnvironment(device, threads, process.env));
  restoreRemovedPredicates(util);
  let tf: Tf;
  try {
    tf = createRequire(from)(usable.name) as Tf;
  } catch (error) {
    throw new ScalesweepError(
      'DEVICE_UNAVAILABLE',
      `Expected ${usable.name} to load, got: ${messageOf(error).split('\n', 1)[0]}`,
      { hint: installCommand(usable.name), cause: error },
    );
  }
  tf.enableProdMode();
  if (device !== 'cpu' && !isOnGpu(tf)) {
    throw new ScalesweepError('DEVICE_UNAVAILABLE', `Expected ${device}, got the CPU: TensorFlow found no such GPU`, {
      hint: 'It needs the driver, CUDA 11.2 and cuDNN 8.1 where the linker finds them, and a GPU of that number. docs/gpu.md says more.',
    });
  }
  return { tf, name: `${usable.name} ${usable.version}` };
}

/** Without its libraries, TensorFlow warns and continues without the GPU. */
function isOnGpu(tf: Tf): boolean {
  const backend: unknown = tf.backend();
  return typeof backend === 'object' && backend !== null && 'isUsingGpuDevice' in backend
    ? backend.isUsingGpuDevice === true
    : false;
}

/**
 * tfjs-node 4.22.0 calls two predicates that Node 23 removed from `util` (tensorflow/tfjs#8425, never released); they
 * are put back where they are missing.
 */
export function restoreRemovedPredicates(module: object): void {
  const old = module as Record<string, unknown>;
  old['isArray'] ??= Array.isArray;
  old['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
}

async function loadJavascript({ device, from = import.meta.url }: LibraryRequest): Promise<Library> {
  if (device !== 'cpu') {
    throw new ScalesweepError('DEVICE_UNAVAILABLE', `Expected the device cpu, got ${device}`, {
      hint: 'The JavaScript backend computes on the CPU only: unset SCALESWEEP_TENSORFLOW.',
    });
  }
  let tf: Tf;
  try {
    // Not its parts: `tfjs-core` by itself registers no gradients that Node can load.
    tf = createRequire(from)(JAVASCRIPT_PACKAGE) as Tf;
  } catch (error) {
    throw new ScalesweepError(
      'DEVICE_UNAVAILABLE',
      `Expected ${JAVASCRIPT_PACKAGE} for SCALESWEEP_TENSORFLOW=javascript, got ${messageOf(error).split('\n', 1)[0]}`,
      { hint: 'It comes with a checkout, for its tests. Unset SCALESWEEP_TENSORFLOW to train.', cause: error },
    );
  }
  // Or it advises, once a process, to use the native library.
  tf.enableProdMode();
  await tf.setBackend('cpu');
  return { tf, name: `${JAVASCRIPT_PACKAGE} ${TFJS_VERSION}` };
}
