import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../../contract/index.ts';
import { useFolders } from '../orchestrator/support/folders.ts';
import { invoke, type Invocation } from '../orchestrator/support/invoke.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';
import { HELLO, DONE, writeScript } from '../worker/engines/command/script.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

const SHELL = path.join(packageRoot(), 'examples', 'shell');
const GRID = readFileSync(path.join(SHELL, 'grid.yaml'), 'utf8').replace('arguments: [1]', 'arguments: [0.3]');

interface Found {
  readonly outcome: string;
  readonly detail: string;
  readonly message: string | null;
  readonly warnings: readonly string[];
}

describe('trainer check', () => {
  const newFolder = useFolders();
  // The logs of what failed are kept there.
  beforeEach(() => void vi.stubEnv('TMPDIR', newFolder()));
  afterEach(() => void vi.unstubAllEnvs());

  const check = async (lines: readonly string[], grid = GRID, program = {}): Promise<Invocation> => {
    const folder = newFolder();
    const file = path.join(folder, 'grid.yaml');
    writeFileSync(file, grid);
    const allowed = JSON.stringify({ run: writeScript(folder, lines), graceSeconds: 1, ...program });
    return invoke('trainer', 'check', file, '--allow-command', `smallest=${allowed}`, '--json');
  };
  const found = ({ out }: Invocation): Record<string, Found> => {
    const { checks } = JSON.parse(out) as { checks: (Found & { name: string })[] };
    return Object.fromEntries(checks.map(({ name, ...rest }) => [name, rest]));
  };
  const outcomes = (ran: Invocation): Record<string, string> =>
    Object.fromEntries(Object.entries(found(ran)).map(([name, { outcome }]) => [name, outcome]));

  it('passes a trainer that follows the protocol, also after its last step', async () => {
    const ran = await check([`exec '${path.join(SHELL, 'train.sh')}' 0.3`]);
    expect(ran.code, ran.err).toBe(0);
    expect(outcomes(ran)).toEqual({
      cost: 'not-tried',
      protocol: 'passed',
      'first-event': 'passed',
      stop: 'passed',
      'resume-after-stop': 'passed',
      kill: 'passed',
      'resume-at-end': 'passed',
    });
    const checks = found(ran);
    expect(checks['resume-at-end']!.detail).toBe('from step 80; the same result');
    expect(Object.values(checks).flatMap(({ warnings }) => warnings)).toEqual([]);
  });

  it('shows the line that failed, and keeps its log', async () => {
    const ran = await check([HELLO, `echo "KeyError: 'width'" >&2`, 'exit 1']);
    expect(ran.code).toBe(3);
    expect(found(ran)['protocol']).toMatchObject({
      outcome: 'failed',
      message: expect.stringMatching(/exited with code 1: KeyError: 'width'/),
    });
    expect(outcomes(ran)).toMatchObject({ stop: 'not-tried', kill: 'not-tried', 'resume-at-end': 'not-tried' });
    const log = /What it printed is in (\S+\.log)/.exec(found(ran)['protocol']!.message!)![1]!;
    expect(readFileSync(log, 'utf8')).toContain('KeyError');
  });

  it('shows why the costs of a family of its own cannot be had, and blames no cell', async () => {
    const grid = GRID.replace('  command: smallest', '  command: smallest\n  ownCost: true').replace(
      'model:\n  family: resnet-rs-small',
      'params: { expansion: 4 }\nmodel:\n  family: mine',
    );
    const ran = await check([`echo "ValueError: boom" >&2`, 'exit 1'], grid);
    expect(ran.code, ran.err).toBe(3);
    expect(found(ran)['cost']).toMatchObject({
      outcome: 'failed',
      message: expect.stringContaining('ValueError: boom'),
    });
    expect(JSON.parse(ran.out)).toMatchObject({ cell: null, log: null, ok: false });
    expect(outcomes(ran)).toMatchObject({ protocol: 'not-tried', 'resume-at-end': 'not-tried' });
  });

  it('finds a trainer that does not end on SIGTERM, and one that does not resume', async () => {
    const ran = await check([
      "trap '' TERM",
      HELLO,
      'echo 5 >"$(dirname "$SCALESWEEP_TRIAL")/five"',
      `echo '{"type":"checkpoint","step":5,"file":"five"}' >&3`,
      'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do sleep 0.1; done',
      DONE,
    ]);
    expect(ran.code).toBe(3);
    const checks = found(ran);
    expect(checks['protocol']).toMatchObject({
      outcome: 'passed',
      warnings: [expect.stringMatching(/^0 of 2 epochs were reported/)],
    });
    expect(checks['stop']).toMatchObject({
      outcome: 'failed',
      message: expect.stringMatching(/SIGTERM did not end it/),
    });
    expect(checks['kill']).toMatchObject({
      outcome: 'failed',
      message: expect.stringMatching(/the checkpoint of step 5, and `hello` said `resumedFromStep` 0/),
    });
    expect(checks['resume-at-end']).toMatchObject({
      outcome: 'not-tried',
      detail: expect.stringMatching(/step 5 of 80/),
    });
  });

  it('finds a trainer that crashes where nothing is left to train', async () => {
    const train = path.join(SHELL, 'train.sh');
    const ran = await check([
      `if grep -q '"step": 80' "$SCALESWEEP_TRIAL"; then echo "IndexError: list index out of range" >&2; exit 1; fi`,
      `exec '${train}' 0.3`,
    ]);
    expect(ran.code).toBe(3);
    expect(outcomes(ran)).toMatchObject({ protocol: 'passed', kill: 'passed', 'resume-at-end': 'failed' });
    expect(found(ran)['resume-at-end']!.message).toMatch(/IndexError/);
  });

  it('says which result an interruption changes, as a warning', async () => {
    const ran = await check([
      'top1=0.5; grep -q "\\"resume\\": null" "$SCALESWEEP_TRIAL" || top1=0.4',
      'step=0; grep -q "\\"resume\\": null" "$SCALESWEEP_TRIAL" || step=40',
      'echo "{\\"type\\":\\"hello\\",\\"v\\":1,\\"resumedFromStep\\":$step}" >&3',
      `if [ $step = 0 ]; then echo 1 >"$(dirname "$SCALESWEEP_TRIAL")/one"; echo '{"type":"checkpoint","step":40,"file":"one"}' >&3; sleep 1; fi`,
      'echo "{\\"type\\":\\"done\\",\\"minivalTop1\\":$top1}" >&3',
    ]);
    expect(ran.code, ran.out).toBe(0);
    expect(found(ran)['kill']).toMatchObject({
      outcome: 'passed',
      warnings: ['minivalTop1 0.4 and not 0.5: an interruption changes the result'],
    });
  });

  it('says of a trainer that is done at once that it could not be interrupted', async () => {
    const ran = await check([HELLO, DONE, 'sleep 1']);
    expect(ran.code).toBe(0);
    expect(outcomes(ran)).toMatchObject({ protocol: 'passed', 'resume-after-stop': 'not-tried' });
  });

  it.each([
    ['answers', `while read -r line; do echo '{"flops": 1000000, "params": 5}'; done`, 'passed'],
    ['prints garbage', 'cat >/dev/null; echo oops', 'failed'],
  ])('tries what the grid says of costs: it %s', async (_what, answer, outcome) => {
    const grid = GRID.replace('  command: smallest', '  command: smallest\n  ownCost: true');
    const ran = await check([`if [ "$SCALESWEEP_COST" = 1 ]; then ${answer}; exit 0; fi`, HELLO, DONE], grid);
    expect(outcomes(ran)).toMatchObject({ cost: outcome, protocol: 'passed' });
    expect(ran.code).toBe(outcome === 'passed' ? 0 : 3);
  });

  it.each([
    [
      'a grid with an engine of ours',
      ['--allow-command', 'a=./b'],
      /to name a trainer of your own, got the engine onnx/,
    ],
    ['a trainer that is not allowed', [], /got none allowed at all/],
  ])('refuses %s', async (what, more, message) => {
    const builtIn = path.join(packageRoot(), 'grids', 'quickstart.yaml');
    const grid = what.includes('ours') ? builtIn : path.join(SHELL, 'grid.yaml');
    const { code, err } = await invoke('trainer', 'check', grid, ...more);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });

  it('prints a table for people', async () => {
    const folder = newFolder();
    const script = writeScript(folder, [HELLO, 'exit 3']);
    const grid = path.join(SHELL, 'grid.yaml');
    const { code, out } = await invoke('trainer', 'check', grid, '--allow-command', `smallest=${script}`);
    expect(code).toBe(3);
    expect(out).toMatch(/^protocol +FAILED +crash: The trainer exited with code 3/m);
    expect(out).toMatch(/^kill +not tried +the undisturbed training fails/m);
    expect(out).toMatch(/^1 check failed\. What it printed is in /m);
  });
});
