/** The packages that TensorFlow's native library comes in: which are there, and what is missing of them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Pinned: the only version whose operations the engine was written against. */
export const TFJS_VERSION = '4.22.0';

export const GPU_PACKAGE = '@tensorflow/tfjs-node-gpu';
export const CPU_PACKAGE = '@tensorflow/tfjs-node';

export interface NativePackage {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
  /** `false` where the package was installed and its native library was not fetched. */
  readonly isComplete: boolean;
}

/** @param from a file; packages are looked for as it would import them */
export function findPackage(name: string, from: string): NativePackage | undefined {
  let manifest: string;
  try {
    manifest = createRequire(from).resolve(`${name}/package.json`);
  } catch {
    return undefined;
  }
  const folder = path.dirname(manifest);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return { name, version, folder, isComplete: hasBinding(folder) };
}

/** `lib/napi-v8/tfjs_binding.node`: fetched by the package's install script, or built by it. */
function hasBinding(folder: string): boolean {
  const lib = path.join(folder, 'lib');
  if (!existsSync(lib)) return false;
  return readdirSync(lib).some((version) => existsSync(path.join(lib, version, 'tfjs_binding.node')));
}

/** What to type to get a package. */
export function installCommand(name: string): string {
  const needs = name === GPU_PACKAGE ? ' (it needs CUDA 11.2 and cuDNN 8.1)' : '';
  return `npm install --no-save ${name}@${TFJS_VERSION}${needs}; docs/gpu.md says more`;
}
