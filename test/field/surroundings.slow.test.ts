/** File systems of clusters, clocks that are set, terminals that close. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { TINY_GRID, writeTinyFolder } from '../fixtures/tiny-folder.ts';
import { noopGrid } from '../orchestrator/chaos/grids.ts';
import { runCli, startCli } from '../orchestrator/support/cli.ts';
import { useFolders } from '../orchestrator/support/folders.ts';
import { useCli } from '../orchestrator/support/use-cli.ts';
import { waitUntil } from '../orchestrator/support/wait-until.ts';
import { isSkippedWithout } from '../support/needs.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES });

const newFolder = useFolders();
useCli();
let folder: string;
let library: string;
beforeEach(() => {
  folder = newFolder();
  writeFileSync(path.join(folder, 'grid.yaml'), noopGrid({ trials: 2, epochs: 2 }));
  library = path.join(folder, 'surroundings.so');
  const source = path.join(import.meta.dirname, 'surroundings.c');
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl']);
});

const counts = async (): Promise<Record<string, number>> => {
  const { stdout } = await runCli(['status', '--json'], { cwd: folder });
  return stdout === '' ? {} : (JSON.parse(stdout) as { counts: Record<string, number> }).counts;
};

describe('a store on a network file system', () => {
  it.each([
    ['NFS', '0x6969'],
    ['Lustre', '0x0bd00bd0'],
  ])('is warned of by run and by doctor: %s', async (name, type) => {
    const env = { LD_PRELOAD: library, STATFS_TYPE: type };
    const run = await runCli(['run', 'grid.yaml'], { cwd: folder, env });
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr.match(/^warning: .*$/gm)).toEqual([
      `warning: .scalesweep/results.db is on ${name}, whose locks cannot be relied on: keep the store on a local disk (--db FILE)`,
    ]);
    const { stdout } = await runCli(['doctor', '--json'], { cwd: folder, env });
    const { checks } = JSON.parse(stdout) as { checks: { what: string; state: string; found: string }[] };
    expect(checks.find(({ what }) => what === 'results store')).toMatchObject({
      state: 'optional',
      found: `.scalesweep/results.db is on ${name}, whose locks cannot be relied on`,
    });
  });
});

describe('a dataset cache that is mounted read-only', () => {
  const OWN_MOUNTS = ['unshare', '--user', '--map-root-user', '--mount'] as const;

  it('is trained from, and what is prepared lies in the home', async (context) => {
    const mounts = (): boolean => {
      try {
        execFileSync('unshare', [...OWN_MOUNTS.slice(1), 'mount', '--bind', folder, folder], { stdio: 'ignore' });
        return true;
      } catch {
        return false;
      }
    };
    if (isSkippedWithout(mounts())) return context.skip('no mount namespaces');
    writeFileSync(path.join(folder, 'grid.yaml'), TINY_GRID);
    const data = path.join(folder, 'data');
    await writeTinyFolder(data);
    const readOnly = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"';
    const { code, stderr } = await runCli(['run', 'grid.yaml'], {
      cwd: folder,
      env: { SCALESWEEP_DATA: data, HOME: path.join(folder, 'home') },
      under: [...OWN_MOUNTS, 'sh', '-c', readOnly, data],
    });
    expect(code, stderr).toBe(0);
    expect(readdirSync(path.join(data, 'tiny')).toSorted()).toEqual(['dataset.json', 'test', 'train']);
    expect(existsSync(path.join(folder, 'home/.cache/scalesweep/elsewhere'))).toBe(true);
  });
});

describe('a clock that is set back by two hours in mid-sweep', () => {
  it('delays no retry, ends no trial, and the latest sweep is the one last run', async () => {
    const shift = path.join(folder, 'shift');
    const setClock = (seconds: number): void => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64LE(BigInt(seconds));
      writeFileSync(shift, bytes, { flag: existsSync(shift) ? 'r+' : 'w' });
    };
    setClock(0);
    const markerDir = path.join(folder, 'markers');
    const noop = { stepsPerEpoch: 100, stepMs: 10, fault: { kind: 'exit', times: 1, markerDir } };
    const env = { LD_PRELOAD: library, CLOCK_SHIFT: shift, SCALESWEEP_NOOP: JSON.stringify(noop) };
    const { child, result } = startCli(['run', 'grid.yaml', '--json', '--workers', '1'], { cwd: folder, env });
    await waitUntil('a trial has crashed', () => existsSync(markerDir) && readdirSync(markerDir).length > 0);
    setClock(-7200);
    await waitUntil('the sweep has ended', () => child.exitCode !== null, 60_000);
    expect((await result).code, (await result).stderr).toBe(0);
    writeFileSync(path.join(folder, 'later.yaml'), noopGrid({ trials: 1, epochs: 1 }));
    const later = await runCli(['run', 'later.yaml'], { cwd: folder, env: { ...env, SCALESWEEP_NOOP: '' } });
    expect(later.code, later.stderr).toBe(0);
    expect(await counts()).toMatchObject({ done: 1 });
  });
});

describe('a terminal that closes', () => {
  const slow = JSON.stringify({ stepsPerEpoch: 300, stepMs: 5 });
  const atWork = (): Promise<void> =>
    waitUntil('a trial is at work', async () => ((await counts())['running'] ?? 0) > 0);

  it('does not end a sweep that was left running with nohup', async () => {
    const { child, result } = startCli(['run', 'grid.yaml', '--workers', '1'], {
      cwd: folder,
      env: { SCALESWEEP_NOOP: slow },
      under: ['nohup', '--'],
    });
    await atWork();
    child.kill('SIGHUP');
    await sleep(100);
    child.kill('SIGHUP');
    expect((await result).code, (await result).stderr).toBe(0);
    expect(await counts()).toMatchObject({ done: 2 });
  });

  it('ends one that it shows, with the state saved', async () => {
    const wrapper = path.join(folder, 'in-terminal.sh');
    // `script` gives it a terminal; a killed `script` closes that.
    writeFileSync(wrapper, '#!/bin/sh\nexec script -qefc "$*" "$0.log" </dev/null\n');
    chmodSync(wrapper, 0o755);
    const { child, result } = startCli(['run', 'grid.yaml', '--workers', '1'], {
      cwd: folder,
      env: { SCALESWEEP_NOOP: slow },
      under: [wrapper],
    });
    await atWork();
    child.kill('SIGKILL');
    await result;
    await waitUntil('it has ended', async () => ((await counts())['running'] ?? 0) === 0);
    const resumed = await runCli(['resume', '--json'], { cwd: folder, env: { SCALESWEEP_NOOP: '' } });
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ counts: { done: 2, failed: 0 } });
  });
});
