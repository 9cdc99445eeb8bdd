import { describe, expect, it } from 'vitest';
import { usableCores, usableMemory, type SystemFiles } from '../../../worker/process/machine.ts';

const GIB = 2 ** 30;
const filesOf = (files: Readonly<Record<string, string>>): SystemFiles => ({ read: (file) => files[file] });

describe('what a container may use', () => {
  it.each<[string, Record<string, string>, number, number]>([
    ['no cgroup', {}, 8, 64 * GIB],
    [
      'version 2, no limit',
      { '/proc/self/cgroup': '0::/', '/sys/fs/cgroup/cpu.max': 'max 100000', '/sys/fs/cgroup/memory.max': 'max' },
      8,
      64 * GIB,
    ],
    [
      'version 2, half a core and 900 MB',
      {
        '/proc/self/cgroup': '0::/',
        '/sys/fs/cgroup/cpu.max': '50000 100000',
        '/sys/fs/cgroup/memory.max': '900000000',
      },
      1,
      900e6,
    ],
    [
      'version 2, limited by the slice around it',
      {
        '/proc/self/cgroup': '0::/slurm/job_7/step_0',
        '/sys/fs/cgroup/slurm/job_7/cpu.max': '300000 100000',
        '/sys/fs/cgroup/slurm/job_7/step_0/cpu.max': 'max 100000',
        '/sys/fs/cgroup/slurm/job_7/memory.max': '8589934592',
      },
      3,
      8 * GIB,
    ],
    [
      'version 1',
      {
        '/proc/self/cgroup': '4:memory:/docker/ab\n3:cpu,cpuacct:/docker/ab',
        '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '150000',
        '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000',
        '/sys/fs/cgroup/memory/memory.limit_in_bytes': '1073741824',
      },
      2,
      GIB,
    ],
    [
      'version 1, no limit',
      {
        '/proc/self/cgroup': '4:memory:/\n3:cpu,cpuacct:/',
        '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1',
        '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000',
        '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712',
      },
      8,
      64 * GIB,
    ],
  ])('%s', (_name, files, cores, bytes) => {
    expect(usableCores(8, filesOf(files))).toBe(cores);
    expect(usableMemory(64 * GIB, filesOf(files))).toBe(bytes);
  });
});
