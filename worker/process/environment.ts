import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { packageRoot } from '../../contract/index.ts';
import { usableCores, usableMemory } from './machine.ts';

/** What can explain a difference between two machines' results; stored with every attempt. All values are texts. */
export function describeEnvironment(): Record<string, string> {
  const root = packageRoot();
  const commit = gitCommit(root);
  return {
    scalesweep: versionOf(path.join(root, 'package.json')) ?? 'unknown',
    node: process.version,
    onnxruntime: versionOf(resolve('onnxruntime-node/package.json')) ?? 'absent',
    platform: `${process.platform} ${process.arch}`,
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: String(usableCores()),
    memoryBytes: String(usableMemory()),
    host: os.hostname(),
    ...(commit === undefined ? {} : { commit }),
  };
}

function resolve(id: string): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(id);
  } catch {
    return undefined;
  }
}

function versionOf(file: string | undefined): string | undefined {
  if (file === undefined || !existsSync(file)) return undefined;
  const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return typeof manifest === 'object' &&
    manifest !== null &&
    'version' in manifest &&
    typeof manifest.version === 'string'
    ? manifest.version
    : undefined;
}

/**
 * The commit that a checkout stands at, read from its files: starting `git` would cost each worker more than all the
 * rest of its start-up. `undefined` outside a checkout (an installed package).
 */
export function gitCommit(root: string): string | undefined {
  try {
    let folder = path.join(root, '.git');
    // A linked worktree has a file here that names the folder.
    if (statSync(folder).isFile()) {
      folder = path.resolve(
        root,
        readFileSync(folder, 'utf8')
          .replace(/^gitdir:/, '')
          .trim(),
      );
    }
    const head = readFileSync(path.join(folder, 'HEAD'), 'utf8').trim();
    if (!head.startsWith('ref: ')) return head;
    const name = head.slice('ref: '.length);
    const common = path.join(folder, 'commondir');
    const shared = existsSync(common) ? path.resolve(folder, readFileSync(common, 'utf8').trim()) : folder;
    const loose = [path.join(folder, name), path.join(shared, name)].find((file) => existsSync(file));
    if (loose !== undefined) return readFileSync(loose, 'utf8').trim();
    const packed = readFileSync(path.join(shared, 'packed-refs'), 'utf8');
    return packed
      .split('\n')
      .find((line) => line.endsWith(` ${name}`))
      ?.split(' ')[0];
  } catch {
    return undefined;
  }
}
