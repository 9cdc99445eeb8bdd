/** Messages about trainers of the user's own and trials that fail that once misled their readers, as texts. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../../contract/index.ts';
import { useFolders } from '../orchestrator/support/folders.ts';
import { invoke, type Invocation } from '../orchestrator/support/invoke.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';
import { DONE, HELLO, writeScript } from '../worker/engines/command/script.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

const GRID = readFileSync(path.join(packageRoot(), 'examples', 'shell', 'grid.yaml'), 'utf8');
const WHOSE = 'FLOPs, params and memory are of resnet-rs-small at each cell, not of trainer smallest';

describe('messages on a trainer of one’s own', () => {
  const newFolder = useFolders();
  let folder: string;
  let store: readonly string[];
  beforeEach(() => {
    folder = newFolder();
    store = ['--db', path.join(folder, 'results.db')];
  });

  const run = (lines: readonly string[], grid = GRID, more: readonly string[] = []): Promise<Invocation> => {
    const file = path.join(folder, 'grid.yaml');
    writeFileSync(file, grid);
    const allow = `smallest=${writeScript(folder, lines)}`;
    return invoke('run', file, '--allow-command', allow, ...store, '--out', folder, '--keep-going', ...more);
  };
  const failing = (event: string): Promise<Invocation> => run([HELLO, `echo '${event}' >&3`, 'sleep 5']);

  it('an answer says whose costs it has', async () => {
    const { code, err } = await run([HELLO, DONE]);
    expect([code, err]).toEqual([0, expect.stringContaining(`note: ${WHOSE}`)]);
    for (const ask of [['best'], ['pareto'], ['isoflop', '--flops', '10M'], ['findings']])
      expect((await invoke(...ask, ...store)).err).toContain(`note: ${WHOSE}`);
    expect(readFileSync(path.join(folder, 'report.html'), 'utf8')).toContain(`${WHOSE}.`);
  });

  it('and does not where the trainer prints its own', async () => {
    const own = GRID.replace('  command: smallest', '  command: smallest\n  ownCost: true');
    const costs = `if [ "$SCALESWEEP_COST" = 1 ]; then while read -r line; do echo '{"flops": 1000, "params": 5}'; done; exit; fi`;
    const { code, err } = await run([costs, HELLO, DONE], own);
    expect([code, err]).toEqual([0, expect.not.stringContaining('note:')]);
    expect((await invoke('best', ...store)).err).toBe('');
    expect(readFileSync(path.join(folder, 'report.html'), 'utf8')).not.toContain('not of trainer');
  });

  it('an accuracy in per cent is named first, where tables do not cut it', async () => {
    const { code, err } = await failing('{"type":"epoch","epoch":1,"step":40,"minivalTop1":93.2}');
    expect(code).toBe(3);
    expect(err).toMatch(
      /^4 trials failed, config: Expected `minivalTop1` to be a fraction of 1, got 93\.2: write 0\.932 for 93\.2 % \(line 2 of its events: /m,
    );
    expect((await invoke('status', ...store)).out).toMatch(/config +Expected `minivalTop1` to be a fraction of 1, g/);
  });

  it('failures of one cause are one row, though each names its own log', async () => {
    const { err } = await run([HELLO, `echo "KeyError: 'width'" >&2`, 'exit 1'], GRID, ['--workers', '4']);
    expect(err.match(/^\d+ trials? failed, crash: .*KeyError/gm)).toEqual([expect.stringMatching(/^4 trials/)]);
    const { out } = await invoke('status', ...store);
    expect(out.match(/crash/g)).toHaveLength(1);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('the way back after failures names the options without which it fails', async () => {
    const { err } = await failing('{"type":"failed","kind":"config","message":"no such width"}');
    const [, commands] =
      /^Trying again gives the same as long as the trainer is the same\. Once it is changed: (.*)$/m.exec(err)!;
    const [retry, resume] = commands!.split(', then ');
    const words = (line: string): string[] => line.split(' ').slice(1);
    writeScript(folder, [HELLO, DONE]);
    const queued = await invoke(...words(retry!));
    expect([queued.code, queued.out]).toEqual([0, expect.stringMatching(/Queued 4 failed trials again/)]);
    expect(queued.out).toMatch(/^To continue: scalesweep resume \w+ --allow-command smallest=PROGRAM --db /m);
    expect((await invoke(...words(resume!), '--json')).code).toBe(0);
  });

  it('a divergence is called one only where a trial diverged', async () => {
    await run([
      `if grep -q '"width": 1' "$SCALESWEEP_TRIAL"; then ${HELLO}; ${DONE}; exit; fi`,
      HELLO,
      `echo '{"type":"failed","kind":"config","message":"too narrow"}' >&3`,
    ]);
    const page = readFileSync(path.join(folder, 'report.html'), 'utf8');
    expect(page).toMatch(/2 config\./);
    expect(page).not.toContain('diverged trial');
  });
});
