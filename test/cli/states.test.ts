import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { noopGrid } from '../orchestrator/chaos/grids.ts';
import { startCli } from '../orchestrator/support/cli.ts';
import { useFolders } from '../orchestrator/support/folders.ts';
import { invoke } from '../orchestrator/support/invoke.ts';
import { killHard } from '../orchestrator/support/processes.ts';
import { useCli } from '../orchestrator/support/use-cli.ts';
import { waitUntil } from '../orchestrator/support/wait-until.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

describe('states from the command line', () => {
  const newFolder = useFolders();
  useCli();
  let db: string;
  let grid: string;
  let folder: string;
  beforeEach(() => {
    vi.stubEnv('SCALESWEEP_NOOP', undefined);
    folder = newFolder();
    db = path.join(folder, 'results.db');
    grid = path.join(folder, 'grid.yaml');
    writeFileSync(grid, noopGrid({ trials: 3, epochs: 2 }));
  });
  const said = async (...args: string[]): Promise<string> => {
    const { out, err, code } = await invoke(...args, '--db', db);
    expect(code, err).toBe(0);
    return out;
  };

  it('says of a finished sweep that it is done, and that nothing is to be paused, cancelled or tried again', async () => {
    await said('run', grid, '--workers', '1');
    expect(await said('status')).toMatch(/^grid \([0-9a-f]{12}\), done: 3\/3$/);
    expect(await said('pause')).toMatch(/^Nothing to pause: grid \(.*\) is finished, 3\/3 done\.$/);
    expect(await said('cancel')).toMatch(/^Nothing to cancel: grid/);
    expect(await said('retry')).toMatch(/^Nothing to retry: no trial of grid \(.*\) has failed\.$/);
    expect(JSON.parse(await said('status', '--json'))).toMatchObject({ state: 'active', standing: 'done' });
    expect(await said('sweeps')).toMatch(/grid +done +3\/3/);
  });

  it('names the process that died, and gives no time left', async () => {
    writeFileSync(grid, noopGrid({ trials: 3, epochs: 20 }));
    vi.stubEnv('SCALESWEEP_NOOP', JSON.stringify({ stepsPerEpoch: 50, stepMs: 10 }));
    const running = startCli(['run', grid, '--db', db, '--workers', '1'], { cwd: folder });
    await waitUntil('a trial to run', async () => {
      const { out, code } = await invoke('status', '--db', db);
      return code === 0 && /, running: 0\/3, 1 running, 2 planned/.test(out);
    });
    killHard(running.child.pid!);
    await running.result;
    const text = await said('status');
    expect(text).toMatch(
      /, interrupted: its orchestrator \(pid \d+\) is gone: 0\/3, 1 in hand when it ended, 2 planned/,
    );
    expect(text).toMatch(/3 trials left: scalesweep resume [0-9a-f]{12} --db /);
    expect(text).not.toMatch(/about/);
    expect(JSON.parse(await said('status', '--json'))).toMatchObject({
      standing: 'interrupted',
      etaSeconds: null,
      orchestrator: { isAlive: false },
    });
  });

  it('shows one trial, with the whole message of an attempt that failed', async () => {
    vi.stubEnv('SCALESWEEP_NOOP', JSON.stringify({ fault: { kind: 'nan' } }));
    await invoke('run', grid, '--db', db, '--workers', '1', '--keep-going');
    const { failures } = JSON.parse(await said('status', '--json')) as { failures: { examples: string[] }[] };
    const text = await said('show', failures[0]!.examples[0]!);
    expect(text).toMatch(/^trial [0-9a-f]{16}: failed\nwidth/);
    expect(text).toMatch(/attempt 1: Expected a finite loss, got NaN at step/);
  });

  it('prints the log of a trial, or says where there is one', async () => {
    await said('run', grid, '--workers', '1');
    const [{ id }] = JSON.parse(await said('export', '--format', 'json')) as [{ id: string }];
    const missing = await invoke('logs', id, '--db', db);
    expect([missing.code, missing.err]).toEqual([2, expect.stringContaining(`scalesweep show ${id}`)]);
    const file = path.join(path.dirname(db), 'checkpoints', `${id}.log`);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, 'one\ntwo\nthree\n');
    expect(await said('logs', id.slice(0, 6), '--lines', '2')).toBe('two\nthree');
    expect(JSON.parse(await said('logs', id, '--json'))).toEqual({ trial: id, files: [file], lines: readLines(file) });
  });
});

const readLines = (file: string): string[] => readFileSync(file, 'utf8').trimEnd().split('\n');
