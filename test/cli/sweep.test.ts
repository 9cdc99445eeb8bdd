import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseGrid } from '../../grids/index.ts';
import { planSweep } from '../../orchestrator/launch/plan/plan-sweep.ts';
import { storePlan } from '../../orchestrator/launch/plan/store-plan.ts';
import { ownStore, readStore } from '../../orchestrator/launch/store-access.ts';
import { noopGrid } from '../orchestrator/chaos/grids.ts';
import { runCli, startCli } from '../orchestrator/support/cli.ts';
import { useFolders } from '../orchestrator/support/folders.ts';
import { invoke } from '../orchestrator/support/invoke.ts';
import { isRunning, killHard, workersOf } from '../orchestrator/support/processes.ts';
import { useCli } from '../orchestrator/support/use-cli.ts';
import { waitUntil } from '../orchestrator/support/wait-until.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

interface RunJson {
  readonly sweep: string;
  readonly outcome: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly trained: number;
}

describe('a sweep from the command line', () => {
  // The folders go last: a process that still runs would write into them.
  const newFolder = useFolders();
  useCli();
  let folder: string;
  let db: string;
  let grid: string;

  beforeEach(() => {
    folder = newFolder();
    db = path.join(folder, 'state', 'results.db');
    grid = path.join(folder, 'grid.yaml');
    writeFileSync(grid, noopGrid({ trials: 6, epochs: 2 }));
  });
  afterEach(() => {
    delete process.env['SCALESWEEP_NOOP'];
  });
  const behave = (options: object): void => {
    process.env['SCALESWEEP_NOOP'] = JSON.stringify(options);
  };
  const json = async (...args: string[]): Promise<RunJson> =>
    JSON.parse((await invoke(...args, '--db', db, '--json')).out) as RunJson;

  it('trains all, and nothing when it is run again', async () => {
    expect(await json('run', grid)).toMatchObject({ outcome: 'finished', trained: 6, counts: { done: 6 } });
    expect(await json('run', grid)).toMatchObject({ outcome: 'finished', trained: 0, counts: { done: 6 } });
    expect(await json('resume')).toMatchObject({ outcome: 'finished', trained: 0, counts: { done: 6 } });
  });

  it('trains only the new cells of a grid that grew', async () => {
    await json('run', grid);
    writeFileSync(grid, noopGrid({ trials: 6, epochs: 2 }).replace('depth: [8]', 'depth: [8, 14]'));
    expect(await json('run', grid)).toMatchObject({ trained: 6, counts: { done: 12 } });
  });

  it('resumes what a store of version 3 kept: flags as text, and half of a plan', async () => {
    const source = parseGrid(noopGrid({ trials: 3, epochs: 2 }).replace('depth: [8]', 'depth: [8, 14]'), grid);
    const [smallest] = [...planSweep(source).items].flatMap((item) => (item.kind === 'trial' ? item.cost.flops : []));
    await ownStore({ db }, (store) => storePlan(store, planSweep(source, { maxFlops: smallest! }), Date.now()));
    const raw = new Database(db);
    for (const column of ['overrides', 'facts']) raw.exec(`ALTER TABLE sweeps DROP COLUMN ${column}`);
    raw.prepare('UPDATE sweeps SET complete = 0, argv = ?').run(JSON.stringify(['--max-flops', String(smallest)]));
    raw.exec(
      'DROP TABLE seed_noise; DELETE FROM sweep_trials WHERE position > 0; UPDATE sweep_counts SET trials = 1; PRAGMA user_version = 3',
    );
    raw.close();
    expect(await json('resume')).toMatchObject({ outcome: 'finished', trained: 3, counts: { done: 3 } });
    await readStore(db, (store) => {
      expect(store.sweep()).toMatchObject({
        overrides: { maxFlops: smallest },
        facts: { engine: { name: 'noop' }, dataset: 'fashion-mnist' },
      });
    });
  });

  it('writes nothing on a dry run', async () => {
    const { code, out } = await invoke('run', grid, '--db', db, '--dry-run');
    expect(code).toBe(0);
    expect(out).toContain('6 trials');
    expect(existsSync(path.dirname(db))).toBe(false);
  });

  it('reports its status in the fields of the contract', async () => {
    await json('run', grid);
    const status = JSON.parse((await invoke('status', '--db', db, '--json')).out) as Record<string, unknown>;
    expect(status).toMatchObject({
      counts: { planned: 0, queued: 0, running: 0, done: 6, failed: 0, cancelled: 0 },
      workers: [],
      failures: [],
      etaSeconds: 0,
    });
    expect(status['sweep']).toMatch(/^[0-9a-f]{12}$/);
  });

  it('ends with 3 when trials failed, names the cause, and tries them again on demand', async () => {
    behave({ fault: { kind: 'nan', every: 1 } });
    const failed = await invoke('run', grid, '--db', db);
    expect(failed.code).toBe(3);
    expect(failed.err).toMatch(/6 trials failed, diverged: Expected a finite loss, got NaN/);
    expect(failed.err).toMatch(/scalesweep retry [0-9a-f]{12}/);
    behave({});
    const again = await invoke('run', grid, '--db', db);
    expect(again.code).toBe(3);
    expect(again.err).toMatch(/6 trials, 0 done before, 0 to train/);
    await invoke('retry', '--db', db);
    expect(await json('resume')).toMatchObject({ trained: 6, counts: { done: 6, failed: 0 } });
  });

  it('halts with 2 and a hint when the dataset is missing, and continues when it is there', async () => {
    behave({ fault: { kind: 'data' } });
    const halted = await invoke('run', grid, '--db', db);
    expect(halted.code).toBe(2);
    expect(halted.err).toMatch(/^error: Expected dataset noop to be there, got nothing/m);
    expect(halted.err).toMatch(/^hint: .*scalesweep resume/m);
    behave({});
    expect(await json('resume')).toMatchObject({ trained: 6, counts: { done: 6, failed: 0 } });
  });

  it('saves its state on a signal, exits with 130, and prints the line that continues', async () => {
    const env = { SCALESWEEP_NOOP: JSON.stringify({ stepsPerEpoch: 1000, stepMs: 5, checkpointEverySteps: 1000 }) };
    const { child, result } = startCli(['run', grid, '--db', db, '--workers', '1'], { cwd: folder, env });
    await waitUntil('a trial is at work', async () => (await runningStep(db)) !== undefined);
    child.kill('SIGINT');
    const { code, stderr } = await result;
    expect(code).toBe(130);
    const line = /^ {2}scalesweep (resume \S+ --db .+)$/m.exec(stderr)?.[1];
    expect(line, stderr).toBeDefined();
    const resumed = await runCli([...line!.split(' '), '--json'], { cwd: folder, env: { SCALESWEEP_NOOP: '' } });
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ outcome: 'finished', counts: { done: 6 } });
  });

  it('leaves at once on a second SIGINT, also where a worker hangs', async () => {
    const env = { SCALESWEEP_NOOP: JSON.stringify({ fault: { kind: 'hang' } }) };
    const { child, result, stderr } = startCli(['run', grid, '--db', db, '--workers', '1'], { cwd: folder, env });
    await waitUntil('a trial hangs', async () => (await runningStep(db)) !== undefined);
    const [worker] = workersOf(child.pid!);
    child.kill('SIGINT');
    await waitUntil('it was heard', () => stderr().includes('stopping'));
    // One key press reaches a process more than once under npm and npx: those within a second are one request.
    await setTimeout(1500);
    child.kill('SIGINT');
    expect((await result).code).toBe(130);
    expect(stderr()).toContain('Interrupted, at once');
    expect(isRunning(worker!)).toBe(false);
  });

  it('leaves no worker behind when it is killed, hanging trial or not', async () => {
    const env = { SCALESWEEP_NOOP: JSON.stringify({ fault: { kind: 'hang' } }) };
    const { child, result } = startCli(['run', grid, '--db', db, '--workers', '2'], { cwd: folder, env });
    await waitUntil('a trial hangs', async () => (await runningStep(db)) !== undefined);
    const workers = workersOf(child.pid!);
    expect(workers).toHaveLength(2);
    killHard(child.pid!);
    await result;
    await waitUntil('the workers are gone', () => workers.every((worker) => !isRunning(worker)), 10_000);
  });

  it('is paused from elsewhere, and continues', async () => {
    const env = { SCALESWEEP_NOOP: JSON.stringify({ stepsPerEpoch: 1000, stepMs: 5 }) };
    const { result } = startCli(['run', grid, '--db', db, '--workers', '1'], { cwd: folder, env });
    await waitUntil('a trial is at work', async () => (await runningStep(db)) !== undefined);
    expect((await invoke('pause', '--db', db)).code).toBe(0);
    const { code, stderr } = await result;
    expect(code).toBe(130);
    expect(stderr).toMatch(/Paused, state saved/);
    expect(await json('resume')).toMatchObject({ outcome: 'finished', counts: { done: 6 } });
  });

  it('refuses a second run on the same store while the first lives', async () => {
    const env = { SCALESWEEP_NOOP: JSON.stringify({ sleepMs: 60_000 }) };
    const { child, result } = startCli(['run', grid, '--db', db, '--workers', '1'], { cwd: folder, env });
    await waitUntil('a trial is at work', async () => (await runningStep(db)) !== undefined);
    const second = await invoke('run', grid, '--db', db);
    expect(second.code).toBe(2);
    expect(second.err).toContain(`process ${child.pid}`);
    child.kill('SIGTERM');
    await result;
  });

  it('tidies up the checkpoints of finished trials', async () => {
    behave({ stepsPerEpoch: 4, checkpointEverySteps: 2 });
    await json('run', grid);
    const left = path.join(folder, 'state', 'checkpoints');
    expect(existsSync(left) ? readdirSync(left) : []).toEqual([]);
  });

  it('continues from the checkpoint before when the newest is torn, and tells', async () => {
    const env = { SCALESWEEP_NOOP: JSON.stringify({ stepsPerEpoch: 100, stepMs: 5, checkpointEverySteps: 10 }) };
    writeFileSync(grid, noopGrid({ trials: 1, epochs: 1 }));
    const { child, result } = startCli(['run', grid, '--db', db], { cwd: folder, env });
    const checkpoints = path.join(folder, 'state', 'checkpoints');
    const files = (): string[] =>
      existsSync(checkpoints)
        ? readdirSync(checkpoints, { recursive: true, encoding: 'utf8' })
            .filter((file) => file.endsWith('.ckpt'))
            .sort()
        : [];
    await waitUntil('two checkpoints are there', () => files().length >= 2);
    killHard(child.pid!);
    await result;
    const newest = path.join(checkpoints, files().at(-1)!);
    const bytes = readFileSync(newest);
    writeFileSync(newest, bytes.subarray(0, bytes.length / 2));
    behave({ stepsPerEpoch: 100 });
    const resumed = await invoke('resume', '--db', db);
    expect(resumed.code, resumed.err).toBe(0);
    expect(resumed.err).toContain(path.basename(newest));
  });
});

/** The newest epoch of a trial at work, or `undefined` when none is. */
async function runningStep(db: string): Promise<number | undefined> {
  if (!existsSync(db)) return undefined;
  const { out, code } = await invoke('status', '--db', db, '--json');
  if (code !== 0) return undefined;
  const { workers } = JSON.parse(out) as { workers: { state: string; epoch: number }[] };
  return workers.find(({ state }) => state === 'running')?.epoch;
}
