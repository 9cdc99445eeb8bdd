import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../../contract/index.ts';
import { openStore, trialFacts } from '../../results/index.ts';
import { openDataset } from '../../worker/data/index.ts';
import { runCli, startCli, startFromDist } from '../orchestrator/support/cli.ts';
import { useCli } from '../orchestrator/support/use-cli.ts';
import { invoke } from '../orchestrator/support/invoke.ts';
import { waitUntil } from '../orchestrator/support/wait-until.ts';
import { TRAINS_A_MINUTE } from '../support/time-outs.ts';
import { TINY_DATA, writeTinyFolder } from '../fixtures/tiny-folder.ts';

vi.setConfig({ testTimeout: TRAINS_A_MINUTE, hookTimeout: TRAINS_A_MINUTE });

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const toyFamily = readFileSync(here('toy-family.ts'), 'utf8');

const EPOCHS = 80;
const GRID = `
question: Does a family from outside go the whole way?
model: { family: toy, activation: swish }
data: { name: tiny, identity: tiny/1, images: 64, classes: 3, channels: 3, trainImages: 44, minivalImages: 20 }
recipe: { batchSize: 16, learningRate: 0.05, emaDecay: 0.9, stochasticDepth: 0.1, dropout: 0.1, flip: true }
axes: { width: [0.5, 1], depth: [8, 9], resolution: [8], epochs: [${EPOCHS}], kernel: [5x5] }
`;

interface Row {
  readonly id: string;
  readonly width: number;
  readonly flops: number;
  readonly testTop1: number;
  readonly minivalLoss: number;
  readonly trainLoss: number;
  readonly testLoss: number;
}

/** What a training comes to, without how long it took. */
const learned = ({ id, trainLoss, minivalLoss, testLoss, testTop1 }: Row): unknown[] => [
  id,
  trainLoss,
  minivalLoss,
  testLoss,
  testTop1,
];

const page = readFileSync(path.join(packageRoot(), 'docs', 'extending', 'add-a-family.md'), 'utf8');

describe('docs/extending/add-a-family.md', () => {
  it('shows the toy family as it is tested', () => {
    expect(page).toContain(`\`\`\`ts\n${toyFamily}\`\`\``);
  });
});

describe('a family that a module of the user registers', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'scalesweep-test-'));
  useCli();
  let env: Record<string, string>;

  beforeAll(async () => {
    startFromDist();
    // As a user has it: JavaScript beside the grid, which takes `models` from the installed program.
    const models = pathToFileURL(path.join(packageRoot(), 'dist', 'models', 'index.js')).href;
    const module = toyFamily
      .replace("'../../models/index.ts'", JSON.stringify(models))
      .replace("'zod'", JSON.stringify(import.meta.resolve('zod')));
    writeFileSync(path.join(folder, 'toy-family.mjs'), module);
    writeFileSync(path.join(folder, 'grid.yaml'), GRID);
    env = {
      NODE_OPTIONS: `--import ${pathToFileURL(path.join(folder, 'toy-family.mjs')).href}`,
      SCALESWEEP_DATA: path.join(folder, 'datasets'),
    };
    await writeTinyFolder(env['SCALESWEEP_DATA']!);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const cli = async (...args: string[]) => runCli(args, { cwd: folder, env });
  const json = async <T>(...args: string[]): Promise<T> => {
    const { code, stdout, stderr } = await cli(...args, '--json');
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout) as T;
  };
  const rowsOf = async (db: string): Promise<Row[]> => {
    const { stdout } = await cli('export', '--db', db, '--format', 'json');
    return JSON.parse(stdout) as Row[];
  };

  it('is planned, with its cost and its own legality', async () => {
    const plan = await json<{ trials: Row[]; excluded: { rule: string }[] }>('plan', 'grid.yaml');
    expect(plan.trials.map(({ width }) => width)).toEqual([0.5, 1]);
    expect(plan.excluded.map(({ rule }) => rule)).toEqual(
      Array.from({ length: 2 }, () => 'Network cannot be built: expected a depth of 6n + 2 up to 602, got 9'),
    );
    const [, shown] = /```yaml\n(.*?)```/s.exec(page)!;
    writeFileSync(path.join(folder, 'shown.yaml'), shown!);
    expect((await json<{ trials: Row[] }>('plan', 'shown.yaml')).trials).toHaveLength(16);
    const small = ['--depth', '8', '--resolution', '8', '--classes', '3'];
    const cost = await json<{ family: string; flops: number; stages: { stage: string }[] }>(
      'cost',
      '--family',
      'toy',
      ...small,
    );
    expect(cost).toMatchObject({
      family: 'toy',
      stages: [{ stage: 'stem' }, { stage: 'c2' }, { stage: 'c3' }, { stage: 'head' }],
    });
    // The plan's has 5x5 kernels.
    expect(cost.flops).toBeLessThan(plan.trials[1]!.flops);
    const squeezed = await cli('cost', '--family', 'toy', ...small, '--se-ratio', '0.25');
    expect(squeezed).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('which the family toy does not have') as string,
    });
    expect((await json<{ checks: object[] }>('doctor')).checks).toContainEqual({
      what: 'families',
      state: 'ok',
      found: 'resnet-rs, resnet-rs-small, toy',
    });
  });

  it('is trained, interrupted and resumed to the same result, asked for and exported', async () => {
    const undisturbed = await json<object>('run', 'grid.yaml', '--db', 'a.db', '--workers', '1');
    expect(undisturbed).toMatchObject({ outcome: 'finished', counts: { done: 2 } });

    const { child, result, stderr } = startCli(['run', 'grid.yaml', '--db', 'b.db', '--workers', '1'], {
      cwd: folder,
      env,
    });
    await waitUntil('an epoch is over', async () => (await epochAtWork(path.join(folder, 'b.db'))) > 0);
    child.kill('SIGINT');
    expect((await result).code, stderr()).toBe(130);
    const resumed = await json<object>('resume', '--db', 'b.db', '--workers', '1');
    expect(resumed).toMatchObject({ outcome: 'finished', counts: { done: 2 } });
    const rows = await rowsOf('a.db');
    expect(rows).toHaveLength(2);
    expect((await rowsOf('b.db')).map(learned)).toEqual(rows.map(learned));

    for (const lowering of loweringsIn(path.join(folder, 'a.db')))
      expect(lowering).toMatch(/^portable: |plain layout: 2 x grouped conv$/);

    const row = rows[0]!;
    const answer = await json<{ best: Row }>('best', '--db', 'a.db', '--max-flops', String(row.flops));
    expect(answer.best).toMatchObject({ width: row.width, flops: row.flops, testTop1: row.testTop1 });
    // Learned, and not guessed: three classes.
    expect(row.testTop1).toBeGreaterThan(0.5);

    const exported = await cli('export-model', row.id, '--db', 'a.db', '--out', 'toy.onnx');
    expect(exported.code, exported.stderr).toBe(0);
    const { test } = await openDataset(
      TINY_DATA,
      { resolution: 8, channels: 3 },
      { cacheDir: env['SCALESWEEP_DATA']! },
    );
    const images = Array.from(test.labels, (_, index) => Buffer.from(test.image(index)));
    writeFileSync(path.join(folder, 'images'), Buffer.concat(images));
    writeFileSync(path.join(folder, 'labels'), Uint8Array.from(test.labels));
    const stranger = here('../cli/support/run-exported.mjs');
    const { stdout } = await promisify(execFile)(process.execPath, [stranger, 'toy.onnx', 'images', 'labels'], {
      cwd: folder,
    });
    expect(JSON.parse(stdout)).toMatchObject({ count: 30, correct: Math.round(row.testTop1 * 30) });
  });

  it('is unknown where the module was not loaded: what needs the network says so, what does not still answers', async () => {
    env = { SCALESWEEP_DATA: env['SCALESWEEP_DATA']! };
    const plan = await cli('plan', 'grid.yaml');
    expect(plan.code).toBe(2);
    expect(plan.stderr).toMatch(/grid\.yaml:3:\d+: .*`family`.*resnet-rs or resnet-rs-small.*"toy"/);
    const [row] = await rowsOf('a.db');
    const exported = await cli('export-model', row!.id, '--db', 'a.db', '--out', 'not-written.onnx');
    expect(exported.code).toBe(2);
    expect(exported.stderr).toMatch(/Expected one of the families resnet-rs, resnet-rs-small, got "toy"/);
    expect(exported.stderr).toMatch(/hint: .*NODE_OPTIONS=--import/);
    expect(await json('best', '--db', 'a.db', '--max-flops', '1G')).toMatchObject({ best: { depth: 8 } });
    expect(await cli('report', '--db', 'a.db', '--out', 'report')).toMatchObject({ code: 0 });
    expect(await json('status', '--db', 'a.db')).toMatchObject({ counts: { done: 2 } });
  });
});

/** How the trainings of a store were computed, as their records say. */
function loweringsIn(db: string): string[] {
  const store = openStore(db);
  try {
    return trialFacts(store).environments.map(({ environment }) => environment['lowering']!);
  } finally {
    store.close();
  }
}

/** Epochs that the trial at work has finished; 0 where none is. */
async function epochAtWork(db: string): Promise<number> {
  if (!existsSync(db)) return 0;
  const { out, code } = await invoke('status', '--db', db, '--json');
  if (code !== 0) return 0;
  const { workers } = JSON.parse(out) as { workers: { state: string; epoch: number }[] };
  return workers.find(({ state }) => state === 'running')?.epoch ?? 0;
}
