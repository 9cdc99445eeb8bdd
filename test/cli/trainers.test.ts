import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../../contract/index.ts';
import { startCli } from '../orchestrator/support/cli.ts';
import { useFolders } from '../orchestrator/support/folders.ts';
import { invoke } from '../orchestrator/support/invoke.ts';
import { useCli } from '../orchestrator/support/use-cli.ts';
import { waitUntil } from '../orchestrator/support/wait-until.ts';
import { HELLO, processesWith, writeScript } from '../worker/engines/command/script.ts';
import { epochCurves, openStore, resultRows } from '../../results/index.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

const SHELL = path.join(packageRoot(), 'examples', 'shell');
const ALLOW = ['--allow-command', `smallest=${path.join(SHELL, 'train.sh')}`] as const;

describe('a sweep with a trainer of its own', () => {
  const newFolder = useFolders();
  useCli();
  let folder: string;
  let db: string;
  let grid: string;

  beforeEach(() => {
    folder = newFolder();
    db = path.join(folder, 'state', 'results.db');
    grid = path.join(folder, 'grid.yaml');
    const text = readFileSync(path.join(SHELL, 'grid.yaml'), 'utf8');
    writeFileSync(grid, text.replace('arguments: [1]', 'arguments: [0.2]'));
  });

  it('is trained, and each trial once', async () => {
    const first = await invoke('run', grid, ...ALLOW, '--db', db, '--json');
    expect(first.code, first.err).toBe(0);
    expect(JSON.parse(first.out)).toMatchObject({ outcome: 'finished', trained: 4, counts: { done: 4 } });
    const again = await invoke('run', grid, ...ALLOW, '--db', db, '--json');
    expect(JSON.parse(again.out)).toMatchObject({ trained: 0, counts: { done: 4 } });
    const results = JSON.parse((await invoke('export', '--format', 'json', '--db', db)).out) as Record<
      string,
      number
    >[];
    expect(results.map(({ width, epochs, minivalTop1 }) => [width, epochs, minivalTop1])).toContainEqual([1, 4, 0.82]);
  });

  it('is refused before anything is written where its program is not allowed, with the mend', async () => {
    const { code, err } = await invoke('run', grid, '--db', db);
    expect(code).toBe(2);
    expect(err).toMatch(/allows as trainer smallest, got none allowed at all/);
    expect(err).toMatch(/--allow-command smallest=PROGRAM/);
    expect((await invoke('status', '--db', db)).code).toBe(2);
  });

  it.each([
    [
      'a program that is not there',
      'smallest=./nowhere.sh',
      /can be executed for the trainer smallest, got .\/nowhere.sh/,
    ],
    ['an interpreter', 'smallest=bash', /would run a trial's arguments as code/],
    ['no name', 'train.sh', /Expected NAME=PROGRAM/],
  ])('is refused for %s', async (_what, allowed, message) => {
    const { code, err } = await invoke('run', grid, '--db', db, '--allow-command', allowed);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });

  it('may be trained by a built-in engine, but none becomes a trainer by a flag', async () => {
    const planned = await invoke('run', grid, '--engine', 'noop', '--db', db, '--json');
    expect(JSON.parse(planned.out)).toMatchObject({ trained: 4 });
    const builtIn = path.join(packageRoot(), 'grids', 'quickstart.yaml');
    const { code, err } = await invoke('plan', builtIn, '--engine', 'command');
    expect([code, err]).toEqual([2, expect.stringMatching(/to name a trainer for --engine command/)]);
  });

  it('needs a worker that allows something', async () => {
    const { code, err } = await invoke('worker', '--redis', 'redis://localhost:1', '--engine', 'command');
    expect([code, err]).toEqual([2, expect.stringMatching(/--allow-command NAME=PROGRAM/)]);
  });

  it('continues from the trainer’s checkpoints after a kill, with no process left behind', async () => {
    const slow = writeScript(folder, [`exec ${path.join(SHELL, 'train.sh')} 1`]);
    const allow = ['--allow-command', `smallest=${slow}`];
    const killed = startCli(['run', grid, ...allow, '--db', db, '--workers', '2'], {
      cwd: folder,
      env: { TEST_MARK: folder },
    });
    const checkpoints = path.join(folder, 'state', 'checkpoints');
    await waitUntil('a checkpoint is there', async () => {
      const { execFileSync } = await import('node:child_process');
      return execFileSync('find', [folder, '-name', '*.ckpt'], { encoding: 'utf8' }).includes(checkpoints);
    });
    killed.child.kill('SIGKILL');
    await killed.result;
    await waitUntil('all are gone', () => processesWith(`TEST_MARK=${folder}`).length === 0);
    const { code, out, err } = await invoke('resume', ...ALLOW, '--db', db, '--json');
    expect(code, err).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ outcome: 'finished', counts: { done: 4 } });
  });

  it('resumes from the last step, where nothing is left to train', async () => {
    // Ends after its last checkpoint, before its result; and the whole script then.
    const train = path.join(SHELL, 'train.sh');
    const once = path.join(folder, 'once');
    const cut = writeScript(folder, [
      `mkdir -p '${once}'`,
      'id=$(grep -o \'"id": "[^"]*"\' "$SCALESWEEP_TRIAL" | tr -dc 0-9a-f)',
      `if mkdir "${once}/$id"; then sed '$d' '${train}' | sh -s 0; exit 143; fi`,
      `exec '${train}' 0`,
    ]);
    const { code, out, err } = await invoke('run', grid, '--allow-command', `smallest=${cut}`, '--db', db, '--json');
    expect(code, err).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ outcome: 'finished', trained: 4, counts: { done: 4 } });
    const results = JSON.parse((await invoke('export', '--format', 'json', '--db', db)).out) as Record<
      string,
      number
    >[];
    expect(results.map(({ width, epochs, minivalTop1 }) => [width, epochs, minivalTop1])).toContainEqual([1, 4, 0.82]);
  });

  it('whose result is cut off sends it again, from the checkpoint of its last step', async () => {
    const train = path.join(SHELL, 'train.sh');
    const cut = writeScript(folder, [
      // Without its result at first, but for the half of it.
      `if grep -q '"resume": null' "$SCALESWEEP_TRIAL"; then sed '$d' '${train}' | sh -s 0; printf '{"type": "done", "mini' >&3; exit 0; fi`,
      `exec '${train}' 0`,
    ]);
    const allow = ['--allow-command', `smallest=${cut}`, '--db', db] as const;
    // All four fail by one cause at first, before any is done.
    const { code, out, err } = await invoke('run', grid, ...allow, '--keep-going', '--json');
    expect(code, err).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ outcome: 'finished', trained: 4, counts: { done: 4, failed: 0 } });
    const store = openStore(db, { mode: 'read' });
    try {
      for (const { id } of resultRows(store)) {
        const { attempts, epochs } = store.trial(id);
        expect(attempts).toMatchObject([
          {
            outcome: 'failed',
            kind: 'crash',
            message: expect.stringMatching(/got exit code 0 without either; .*mini/),
          },
          { outcome: 'done', resumedFromStep: epochs.at(-1)!.step },
        ]);
      }
    } finally {
      store.close();
    }
  });

  it('says once that its program has changed, and the report says it too', async () => {
    const trainer = (remark: string): string =>
      writeScript(folder, [`# ${remark}`, `exec '${path.join(SHELL, 'train.sh')}' 0`]);
    const allow = ['--allow-command', `smallest=${trainer('one')}`, '--db', db] as const;
    expect((await invoke('run', grid, ...allow)).err).not.toMatch(/has changed/);
    // One more value of an axis: the same cells beside new ones.
    writeFileSync(grid, readFileSync(grid, 'utf8').replace('width: [0.5, 1]', 'width: [0.5, 1, 1.5]'));
    trainer('two');
    const { code, err } = await invoke('run', grid, ...allow);
    expect(code, err).toBe(0);
    expect(
      err.match(/the trainer smallest has changed: trial \w+ is trained by program \w+, trials before by \w+/g),
    ).toHaveLength(1);
    expect((await invoke('report', '--db', db, '--out', folder)).code).toBe(0);
    expect(readFileSync(path.join(folder, 'report.html'), 'utf8')).toMatch(
      /The trainer changed in mid-sweep<\/strong>: 4 trials by \w+, 2 trials by \w+/,
    );
  });

  it('has numbers of its own stored, exported in every format, and drawn', async () => {
    const metrics = (top5: string): string => `"metrics":{"top5":${top5},"val loss":2.5}`;
    const program = writeScript(folder, [
      HELLO,
      `echo '{"type":"epoch","epoch":1,"step":40,"minivalTop1":0.4,${metrics('0.8')}}' >&3`,
      `echo '{"type":"epoch","epoch":2,"step":80,"minivalTop1":0.4,${metrics('0.9')}}' >&3`,
      `echo '{"type":"done","minivalTop1":0.5,"metrics":{"top5":0.93}}' >&3`,
    ]);
    const { code, err } = await invoke(
      'run',
      grid,
      '--allow-command',
      `smallest=${program}`,
      '--db',
      db,
      '--out',
      folder,
    );
    expect(code, err).toBe(0);
    const exported = async (format: string): Promise<string> =>
      (await invoke('export', '--format', format, '--db', db)).out;
    const rows = JSON.parse(await exported('json')) as { metrics: object }[];
    expect(rows.map((row) => row.metrics)).toEqual([1, 2, 3, 4].map(() => ({ top5: 0.93, 'val loss': 2.5 })));
    const csv = (await exported('csv')).trim().split('\n');
    expect(csv[0]).toMatch(/,metrics\.top5,metrics\.val loss$/);
    expect(csv.slice(1).every((line) => line.endsWith(',0.93,2.5'))).toBe(true);
    expect(await exported('parquet')).toContain('metrics.top5');
    const page = readFileSync(path.join(folder, 'report.html'), 'utf8');
    expect(page).toContain('id="figure-own-metrics"');
    expect(page).toContain('id="figure-own-curves"');
    const store = openStore(db, { mode: 'read' });
    try {
      const { id } = resultRows(store)[0]!;
      expect(store.trial(id).epochs).toMatchObject([
        { epoch: 1, metrics: { top5: 0.8, 'val loss': 2.5 } },
        { epoch: 2, metrics: { top5: 0.9 } },
      ]);
      expect(epochCurves(store).get(id)).toMatchObject([{ metrics: { top5: 0.8 } }, { epoch: 2 }]);
    } finally {
      store.close();
    }
    // What was exported comes back in, without them.
    writeFileSync(path.join(folder, 'rows.csv'), await exported('csv'));
    const other = path.join(folder, 'other.db');
    const brought = await invoke('import', path.join(folder, 'rows.csv'), '--dataset', 'fashion-mnist', '--db', other);
    expect(brought.code, brought.err).toBe(0);
  });

  describe('that fails in every trial', () => {
    const BUG = `echo 'loading'; echo "KeyError: 'width'" >&2; exit 1`;

    it('is halted after three, with the end of its log and what to type', async () => {
      const program = writeScript(folder, [HELLO, BUG]);
      const allow = `smallest=${program}`;
      const { code, err } = await invoke('run', grid, '--workers', '1', '--allow-command', allow, '--db', db);
      expect(code).toBe(3);
      expect(err).toMatch(/^Halted: 3 trials failed alike, and none is done\.$/m);
      expect(err).toMatch(/^crash: The trainer exited with code 1: KeyError: 'width' .*\.log\)$/m);
      expect(err).toMatch(/^ {2}\| loading\n {2}\| KeyError: 'width'$/m);
      expect(err).toMatch(/^Trying again gives the same until the trainer is changed\. Then:$/m);
      expect(err).toContain(`\n  scalesweep trainer check ${grid} --allow-command ${allow}\n`);
      expect(err).toMatch(/^ {2}scalesweep resume \w+ --allow-command smallest=\S+ --db \S+$/m);
      expect(err).toMatch(/--keep-going\.$/m);
      // What it says to type works once the trainer is right: nothing has failed for good.
      writeScript(folder, [`exec '${path.join(SHELL, 'train.sh')}' 0`]);
      const resumed = await invoke('resume', '--allow-command', allow, '--db', db, '--json');
      expect(resumed.code, resumed.err).toBe(0);
      expect(JSON.parse(resumed.out)).toMatchObject({ outcome: 'finished', counts: { done: 4 } });
    });

    it('says it as JSON', async () => {
      const allow = `smallest=${writeScript(folder, [HELLO, BUG])}`;
      const { code, out } = await invoke('run', grid, '--workers', '1', '--allow-command', allow, '--db', db, '--json');
      expect(code).toBe(3);
      expect(JSON.parse(out)).toMatchObject({
        outcome: 'halted',
        counts: { done: 0, failed: 0 },
        failure: { kind: 'crash', trials: 3, logTail: "loading\nKeyError: 'width'" },
      });
    });

    it('is tried to the end with --keep-going, and told that trying again cannot help', async () => {
      const percent = `echo '{"type":"epoch","epoch":1,"step":40,"minivalTop1":93.2}' >&3`;
      const allow = `smallest=${writeScript(folder, [HELLO, percent, 'sleep 5'])}`;
      const { code, err } = await invoke('run', grid, '--allow-command', allow, '--db', db, '--keep-going');
      expect(code).toBe(3);
      expect(err).toMatch(/^4 trials failed, config: .*a fraction of 1, got 93\.2/m);
      expect(err).toMatch(
        /^Trying again gives the same as long as the trainer is the same\. Once it is changed: scalesweep retry \w+ --db \S+, then scalesweep resume \w+ --allow-command smallest=\S+ --db \S+$/m,
      );
    });
  });

  describe('that prints its own costs', () => {
    const planned = async (body: string, constraint = ''): Promise<{ code: number; err: string; plan: Plan }> => {
      const program = writeScript(folder, [body]);
      const text = readFileSync(grid, 'utf8').replace(
        /^ {2}command: smallest$/m,
        '  command: smallest\n  ownCost: true',
      );
      writeFileSync(grid, `${text}${constraint}`);
      const allow = ['--allow-command', `smallest=${program}`] as const;
      const { code, out, err } = await invoke('plan', grid, '--json', ...allow);
      return { code, err, plan: (code === 0 ? JSON.parse(out) : undefined) as Plan };
    };
    interface Plan {
      readonly trials: readonly { width: number; epochs: number; flops: number; params: number; trainFlops: number }[];
      readonly excluded: readonly { width: number; rule: string }[];
    }
    /** Answers by the width that it reads of each network. */
    const answering = (what: string): string =>
      `[ "$SCALESWEEP_COST" = 1 ] || exit 9; while read -r line; do case "$line" in *'"width":0.5'*) ${what};; *) echo '{"flops": 2000000, "params": 7}';; esac; done`;

    it('is planned by them: train FLOPs follow, and constraints cut by them', async () => {
      const { plan } = await planned(
        answering(`echo '{"flops": 1000000, "params": 5}'`),
        'constraints: [flops <= 1.5M]\n',
      );
      expect(plan.trials.map(({ width, flops, params }) => ({ width, flops, params }))).toEqual([
        { width: 0.5, flops: 1e6, params: 5 },
        { width: 0.5, flops: 1e6, params: 5 },
      ]);
      expect(plan.trials[1]!.trainFlops / plan.trials[0]!.trainFlops).toBe(
        plan.trials[1]!.epochs / plan.trials[0]!.epochs,
      );
      expect(plan.excluded.map(({ width, rule }) => [width, rule])).toContainEqual([1, 'flops <= 1.5M']);
    });

    it('has the networks cut that it says it cannot build', async () => {
      const { plan } = await planned(answering(`echo '{"cannot": "too narrow"}'`));
      expect(plan.trials.every(({ width }) => width === 1)).toBe(true);
      expect(plan.excluded.map(({ rule }) => rule)).toContain('too narrow');
    });

    it.each([
      ['says nothing', 'exit 0', /got 0 lines for 2 networks/],
      ['fails', 'echo "no such library" >&2; exit 3', /exit code 3: no such library/],
      ['prints garbage', answering('echo oops'), /line 1: oops/],
      ['prints a cost of another form', answering(`echo '{"flops": -1, "params": 2}'`), /line 1: .*flops/],
    ])('is refused when it %s', async (_what, body, message) => {
      const { code, err } = await planned(body);
      expect(err).toMatch(message);
      expect(code).toBe(2);
    });
  });
});
