import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface StandIn {
  readonly isOnGpu?: boolean;
  /** With its native library. */
  readonly isComplete?: boolean;
  /** Throws when it is loaded. */
  readonly breaks?: boolean;
}

/**
 * A package as npm lays it out, in `folder`'s node_modules. It says where it computes, and what it saw of the GPUs when
 * it was loaded; it can add, and no more.
 */
export function installStandIn(
  folder: string,
  name: string,
  { isOnGpu = false, isComplete = true, breaks = false }: StandIn = {},
): void {
  const at = path.join(folder, 'node_modules', name);
  mkdirSync(path.join(at, 'lib', 'napi-v8'), { recursive: true });
  writeFileSync(path.join(at, 'package.json'), JSON.stringify({ name, version: '4.22.0', main: 'index.js' }));
  if (isComplete) writeFileSync(path.join(at, 'lib', 'napi-v8', 'tfjs_binding.node'), '');
  const body = breaks
    ? "throw new Error('libtensorflow.so.2: cannot open shared object file')"
    : `module.exports = {
         name: ${JSON.stringify(name)}, saw: process.env.CUDA_VISIBLE_DEVICES,
         enableProdMode() {}, backend: () => ({ isUsingGpuDevice: ${isOnGpu} }),
         add: (a, b) => ({ dataSync: () => [a + b] }) }`;
  writeFileSync(path.join(at, 'index.js'), body);
}
