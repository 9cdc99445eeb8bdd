/** What containers and cluster nodes are like: no home, no name, no network, half a core. In real namespaces and control groups. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { TINY_GRID, writeTinyFolder } from '../fixtures/tiny-folder.ts';
import { runCli } from '../orchestrator/support/cli.ts';
import { useFolders } from '../orchestrator/support/folders.ts';
import { useCli } from '../orchestrator/support/use-cli.ts';
import { isSkippedWithout } from '../support/needs.ts';
import { STARTS_PROCESSES, TRAINS_MINUTES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES });

const newFolder = useFolders();
useCli();
let folder: string;
beforeEach(() => {
  folder = newFolder();
  writeFileSync(path.join(folder, 'grid.yaml'), TINY_GRID);
});

const works = (program: string, ...args: readonly string[]): boolean => {
  try {
    execFileSync(program, [...args, 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

describe('a user without a name and without HOME', () => {
  const NAMELESS = ['unshare', '--user', '--map-user=12345'] as const;
  const nameless = { HOME: undefined, USER: undefined, LOGNAME: undefined, XDG_CACHE_HOME: undefined };

  it('has data, calibration and results in the working folder', { timeout: TRAINS_MINUTES }, async (context) => {
    if (isSkippedWithout(works(...NAMELESS))) return context.skip('no user namespaces');
    await writeTinyFolder(path.join(folder, '.scalesweep/cache/datasets'));
    const env = { ...nameless, SCALESWEEP_DATA: undefined, SCALESWEEP_CALIBRATION: undefined };
    for (const args of [['plan', 'grid.yaml'], ['run', 'grid.yaml'], ['best'], ['report'], ['doctor']]) {
      const { code, stdout, stderr } = await runCli(args, { cwd: folder, env, under: NAMELESS });
      expect(code, `${args[0]}: ${stdout}${stderr}`).toBe(0);
      expect(stderr).not.toMatch(/a bug/);
    }
    expect(readdirSync(path.join(folder, '.scalesweep/cache')).toSorted()).toEqual(['calibration', 'datasets']);
    expect(readdirSync(folder).toSorted()).toEqual(['.scalesweep', 'grid.yaml']);
  });
});

describe('a machine without a network', () => {
  const OFFLINE = ['unshare', '--user', '--map-root-user', '--net'] as const;

  it('trains what it has, and says what it cannot fetch and what to do', async (context) => {
    if (isSkippedWithout(works(...OFFLINE))) return context.skip('no network namespaces');
    const data = path.join(folder, 'data');
    await writeTinyFolder(data);
    const at = { cwd: folder, env: { SCALESWEEP_DATA: data }, under: OFFLINE };
    const run = await runCli(['run', 'grid.yaml', '--json'], at);
    expect(run.code, run.stderr).toBe(0);
    const fetched = await runCli(['data', 'fetch', 'cifar-10'], at);
    expect(fetched.code, fetched.stderr).toBe(2);
    expect(fetched.stderr).toMatch(/^error: Expected to get the dataset cifar-10 from one of its sources/m);
    expect(fetched.stderr).toMatch(/^hint: Put its files/m);
    expect(existsSync(path.join(data, 'cifar-10/dataset.json'))).toBe(false);
  });
});

describe('a control group of half a core and 900 MB', () => {
  it('is what doctor counts', async (context) => {
    const group = makeGroup(`scalesweep-${process.pid}`);
    if (isSkippedWithout(group !== undefined)) return context.skip('no permission to make a control group');
    const under = ['sh', '-c', `${group!.join} && exec "$@"`, 'sh'];
    try {
      const { stdout, stderr } = await runCli(['doctor', '--json'], { cwd: folder, under });
      const { checks } = JSON.parse(stdout) as { checks: { what: string; found: string }[] };
      const found = checks.find(({ what }) => what === 'machine')?.found;
      expect(found, stderr).toMatch(/^1 core.*\b900MB\b/);
    } finally {
      group!.remove();
    }
  });
});

/** One of version 1 or 2, by what is mounted; `undefined` where none can be made. */
function makeGroup(name: string): { readonly join: string; readonly remove: () => void } | undefined {
  const root = '/sys/fs/cgroup';
  const limits: Readonly<Record<string, Readonly<Record<string, string>>>> = existsSync(`${root}/cgroup.controllers`)
    ? { [`${root}/${name}`]: { 'cpu.max': '50000 100000', 'memory.max': '900000000' } }
    : {
        [`${root}/cpu/${name}`]: { 'cpu.cfs_period_us': '100000', 'cpu.cfs_quota_us': '50000' },
        [`${root}/memory/${name}`]: { 'memory.limit_in_bytes': '900000000' },
      };
  const folders = Object.keys(limits);
  const remove = (): void => {
    for (const at of folders) if (existsSync(at)) rmdirSync(at);
  };
  try {
    for (const [at, files] of Object.entries(limits)) {
      mkdirSync(at);
      for (const [file, text] of Object.entries(files)) writeFileSync(path.join(at, file), text, { flag: 'r+' });
    }
  } catch {
    remove();
    return undefined;
  }
  return { join: folders.map((at) => `echo $$ > ${at}/cgroup.procs`).join(' && '), remove };
}
