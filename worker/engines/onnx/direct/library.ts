import '../without-telemetry.ts';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { messageOf } from '../../../../contract/index.ts';
import { readApi, type Address, type Api, type Out } from './api.ts';
import { SharedArena } from './shared-arena.ts';

/** What the sessions of a process share. */
export interface Runtime {
  readonly api: Api;
  readonly env: Address;
  readonly arena: SharedArena;
  /** Says of a tensor that it lies in the host's memory. */
  readonly hostMemory: Address;
  /** Of what ONNX Runtime hands out for the caller to free. */
  readonly allocator: Address;
  /** Where the buffer's first byte lies. */
  addressOf(buffer: ArrayBuffer): Address;
  /** The text that the address in `pointer` is of. */
  textBehind(pointer: Out): string;
  /** A copy of so many numbers. */
  copyFrom(address: Address, type: 'float' | 'int64', count: number): Float32Array | BigInt64Array;
}

/** The runtime, or why it is not to be had on this machine. */
export type Loaded = { readonly runtime: Runtime } | { readonly missing: string };

let loaded: Promise<Loaded> | undefined;

/**
 * ONNX Runtime's own C API, out of the very library that `onnxruntime-node` ships and its binding calls: the same kernels and
 * the same numbers. Loaded once per process.
 */
export function loadRuntime(): Promise<Loaded> {
  loaded ??= load().then(
    (runtime) => ({ runtime }),
    (error: unknown) => ({ missing: messageOf(error).split('\n', 1)[0]! }),
  );
  return loaded;
}

/** What keeps the runtime from being called here; `undefined` where nothing does. */
export async function whyNotDirect(): Promise<string | undefined> {
  const found = await loadRuntime();
  return 'missing' in found ? found.missing : undefined;
}

/** Of the library's log: errors only. The level of whoever makes the environment first counts for the process. */
const LOG_ERRORS = 3;
const DEVICE_ALLOCATOR = 0;
const DEFAULT_MEMORY = 0;

async function load(): Promise<Runtime> {
  // Not at the top of the file: a machine without koffi's native part trains as well, through the binding.
  const { default: koffi } = await import('koffi');
  const api = readApi(koffi, koffi.load(libraryFile()));
  const made = new BigUint64Array(1);
  api.createEnv(LOG_ERRORS, 'scalesweep', made);
  const env = made[0]!;
  api.createCpuMemoryInfo(DEVICE_ALLOCATOR, DEFAULT_MEMORY, made);
  const hostMemory = made[0]!;
  api.getAllocatorWithDefaultOptions(made);
  return {
    api,
    env,
    arena: new SharedArena(api, env),
    hostMemory,
    allocator: made[0]!,
    addressOf: (buffer) => koffi.address(buffer),
    textBehind: (pointer) => koffi.decode(pointer, 'str'),
    copyFrom: (address, type, count) => koffi.decode(address, koffi.array(type, count, 'Typed')),
  };
}

/** What the binding of this platform is linked with. */
const LIBRARY: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'libonnxruntime.so.1',
  darwin: 'libonnxruntime.1.dylib',
  win32: 'onnxruntime.dll',
};

function libraryFile(): string {
  const { platform, arch } = process;
  const name = LIBRARY[platform];
  if (name === undefined) throw new Error(`Expected Linux, macOS or Windows, got ${platform}`);
  const manifest = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  const bin = path.join(path.dirname(manifest), 'bin');
  const [folder] = readdirSync(bin).filter((entry) => entry.startsWith('napi-v'));
  if (folder === undefined) throw new Error(`Expected a folder napi-v... in ${bin}, got none`);
  return path.join(bin, folder, platform, arch, name);
}
