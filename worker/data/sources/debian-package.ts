import { systemCode } from '../../../contract/index.ts';
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { DatasetSource } from '../descriptor.ts';
import { readFolder } from './folder.ts';

const run = promisify(execFile);
/** A package of tens of megabytes over a slow line. */
const DOWNLOAD_MS = 5 * 60_000;

async function runIn(folder: string, program: string, args: readonly string[]): Promise<void> {
  try {
    await run(program, args, { cwd: folder, timeout: DOWNLOAD_MS });
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw new Error(`no ${program} on this machine`, { cause: error });
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    const reason = stderr.split('\n').find((line) => line.startsWith('E:') || line.includes('error'));
    throw new Error(`${program} ${args[0] ?? ''} failed: ${reason?.trim() ?? String(error)}`, { cause: error });
  }
}

/** A package of Debian or Ubuntu that is not installed: fetched by apt-get and unpacked, neither of which needs root. */
export function debianPackageSource(packageName: string, folderInside: string): DatasetSource {
  return {
    name: `Debian package ${packageName} (apt-get download)`,
    async fetch(wanted, { scratch, log }) {
      log(`fetching the Debian package ${packageName}`);
      await runIn(scratch, 'apt-get', ['download', packageName]);
      const archive = (await readdir(scratch)).find((name) => name.endsWith('.deb'));
      if (archive === undefined) throw new Error('apt-get download left no package');
      await runIn(scratch, 'dpkg-deb', ['-x', archive, 'unpacked']);
      return readFolder(path.join(scratch, 'unpacked', folderInside), wanted);
    },
  };
}
