import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../../contract/index.ts';
import { runCli, startCli, type CliResult } from '../orchestrator/support/cli.ts';
import { useFolders } from '../orchestrator/support/folders.ts';
import { invoke } from '../orchestrator/support/invoke.ts';
import { waitUntil } from '../orchestrator/support/wait-until.ts';
import { useCli } from '../orchestrator/support/use-cli.ts';
import { fieldsOf, jsonExamples } from '../docs/support/json-page.ts';
import { HELLO, writeScript } from '../worker/engines/command/script.ts';
import { startRedis, type TestRedis } from './support/redis-server.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

const SHELL = path.join(packageRoot(), 'examples', 'shell');

describe('a trainer of the user’s own over Redis', () => {
  const newFolder = useFolders();
  useCli();
  let redis: TestRedis;
  let folder: string;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());
  beforeEach(() => {
    folder = newFolder();
    const text = readFileSync(path.join(SHELL, 'grid.yaml'), 'utf8');
    writeFileSync(path.join(folder, 'grid.yaml'), text.replace('arguments: [1]', 'arguments: [0.1]'));
  });

  const work = (name: string, program: string) =>
    startCli(
      [
        'worker',
        '--redis',
        redis.url,
        '--engine',
        'command',
        '--allow-command',
        `${name}=${program}`,
        '--beat',
        '0.5',
        '--json',
      ],
      { cwd: folder },
    );
  const run = (): Promise<CliResult> => runCli(['run', 'grid.yaml', '--redis', redis.url, '--json'], { cwd: folder });

  it('is run by the worker that allows it, each trial once', async () => {
    const worker = work('smallest', path.join(SHELL, 'train.sh'));
    const { code, stdout, stderr } = await run();
    worker.child.kill('SIGTERM');
    const left = await worker.result;
    expect(code, stderr).toBe(0);
    expect(fieldsOf(JSON.parse(left.stdout))).toEqual(fieldsOf(jsonExamples().get('worker')));
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'finished', trained: 4, counts: { done: 4 } });
  });

  it('shows who serves without a store, from Redis alone', async () => {
    const worker = work('smallest', path.join(SHELL, 'train.sh'));
    const ask = async (...more: string[]) => (await invoke('status', '--redis', redis.url, ...more)).out;
    await waitUntil('the worker is seen', async () => (await ask()).startsWith('1 worker, '));
    const { workers, queues } = JSON.parse(await ask('--json')) as { workers: object[]; queues: object[] };
    expect(queues).toEqual([]);
    // One row for each core.
    expect(workers.length).toBeGreaterThan(0);
    for (const row of workers) expect(row).toMatchObject({ engine: 'command', device: 'cpu', trial: null });
    worker.child.kill('SIGTERM');
    await worker.result;
    expect((await invoke('status', 'abc', '--redis', redis.url)).code).toBe(2);
  });

  it('halts the sweep where it fails alike in every trial, with the end of the log that lies elsewhere', async () => {
    const worker = work(
      'smallest',
      writeScript(folder, [HELLO, 'echo loading', `echo "KeyError: 'width'" >&2`, 'exit 1']),
    );
    const { code, stdout, stderr } = await run();
    worker.child.kill('SIGTERM');
    await worker.result;
    expect(code, stderr).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'halted',
      failure: { trials: 3, logTail: "loading\nKeyError: 'width'" },
    });
    expect(stderr).toMatch(/^ {2}\| KeyError: 'width'$/m);
    expect(stderr).toContain(`--redis ${redis.url}`);
  });

  it('is not run by one that allows another, and the sweep says what to allow', async () => {
    const trace = path.join(folder, 'was-run');
    const worker = work('other', writeScript(folder, [`touch ${trace}`]));
    const { code, stderr } = await run();
    worker.child.kill('SIGTERM');
    await worker.result;
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/--allow-command smallest=PROGRAM/);
    expect(existsSync(trace)).toBe(false);
  });
});
