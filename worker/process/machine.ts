/** What this process may use of the machine: a container sees all cores and all memory, and has what its cgroup gives. */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Where the system's files are; given by tests. */
export interface SystemFiles {
  readonly read: (file: string) => string | undefined;
}

const systemFiles: SystemFiles = {
  read: (file) => {
    try {
      return readFileSync(file, 'utf8').trim();
    } catch {
      return undefined;
    }
  },
};

/** Cores that may run at one time, at least 1. */
export function usableCores(all: number = os.availableParallelism(), files: SystemFiles = systemFiles): number {
  const quotas = [
    ...cgroupFolders('', files).map((folder) => quotaV2(files.read(path.join(folder, 'cpu.max')))),
    ...cgroupFolders('cpu', files).map((folder) =>
      quotaOf(files.read(path.join(folder, 'cpu.cfs_quota_us')), files.read(path.join(folder, 'cpu.cfs_period_us'))),
    ),
  ];
  return Math.max(1, Math.min(all, ...quotas.map((quota) => Math.round(quota))));
}

/** Bytes of memory that may be used. */
export function usableMemory(all: number = os.totalmem(), files: SystemFiles = systemFiles): number {
  const limits = [
    ...cgroupFolders('', files).map((folder) => files.read(path.join(folder, 'memory.max'))),
    ...cgroupFolders('memory', files).map((folder) => files.read(path.join(folder, 'memory.limit_in_bytes'))),
  ].flatMap((text) => (text !== undefined && /^\d+$/.test(text) ? [Number(text)] : []));
  return Math.min(all, ...limits);
}

/** The folders of this process's cgroup and those around it: each may limit. @param controller of version 1; '' for version 2 */
function cgroupFolders(controller: string, files: SystemFiles): string[] {
  const lines = files.read('/proc/self/cgroup')?.split('\n') ?? [];
  const root = controller === '' ? '/sys/fs/cgroup' : `/sys/fs/cgroup/${controller}`;
  const own = lines
    .map((line) => line.split(':'))
    .find(([, controllers]) => (controller === '' ? controllers === '' : controllers?.split(',').includes(controller)));
  if (own === undefined) return [];
  const parts = own
    .slice(2)
    .join(':')
    .split('/')
    .filter((part) => part !== '' && part !== '..');
  // In a container of its own namespace the path is that of the host: then the root itself holds the limits.
  return [root, ...parts.map((_, depth) => path.join(root, ...parts.slice(0, depth + 1)))];
}

/** `max 100000` or `50000 100000`: microseconds of every period. */
function quotaV2(text: string | undefined): number {
  const [quota, period] = text?.split(' ') ?? [];
  return quotaOf(quota, period);
}

function quotaOf(quota: string | undefined, period: string | undefined): number {
  const [share, whole] = [Number(quota), Number(period)];
  return share > 0 && whole > 0 ? share / whole : Infinity;
}
