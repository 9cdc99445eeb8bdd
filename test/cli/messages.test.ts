/** Messages about plans and grids that once misled their readers, as texts. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { measuringWords } from '../../orchestrator/calibration/open-predictor.ts';
import type { Io } from '../../orchestrator/cli/io.ts';
import { makeProgram } from '../../orchestrator/cli/program.ts';
import { useFolders } from '../orchestrator/support/folders.ts';
import { invoke } from '../orchestrator/support/invoke.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

const HEAD = 'question: which?\nengine: noop\nmodel: { family: resnet-rs-small }\n';
const AXES = 'axes: { width: 1, depth: 8, resolution: 16, epochs: 1 }\n';
const RECIPE = 'recipe: { batchSize: 100, learningRate: 0.1 }\n';
const DATA = 'data: { name: fashion-mnist, trainImages: 1000, minivalImages: 1000 }\n';

describe('messages', () => {
  const newFolder = useFolders();
  const gridFile = (text: string, name = 'dw.yaml'): string => {
    const file = path.join(newFolder(), name);
    writeFileSync(file, text);
    return file;
  };

  it('a section that is missing is named, with what it needs at least', async () => {
    const { err } = await invoke('plan', gridFile(HEAD + DATA + AXES));
    expect(err).toMatch(
      /Expected `recipe` with at least \{ batchSize, learningRate \} in the grid, got no such section/,
    );
    expect(err).not.toMatch(/[Mm]end/);
  });

  it('an unknown axis gets the nearest name, or where all are listed', async () => {
    const axis = async (key: string): Promise<string> =>
      (await invoke('plan', gridFile(`${HEAD}${DATA}${RECIPE}${AXES.replace(' }', `, ${key}: 1 }`)}`))).err;
    expect(await axis('lr')).toMatch(/got `lr` \(did you mean `learningRate`\?\)/);
    const unknown = await axis('expansion');
    expect(unknown).toMatch(/Expected a key that `scalesweep grid keys` lists in `axes`, got `expansion`/);
    expect(unknown).not.toMatch(/others/);
  });

  it('a grid that is not there: how to get one, and a path that leads to those of the program', async () => {
    const { err } = await invoke('plan', 'nowhere.yaml');
    const [, folder] =
      /hint: `scalesweep init nowhere\.yaml` writes one to begin with; those of the program are in (.*)\.$/m.exec(
        err,
      ) ?? [];
    expect(readdirSync(folder!)).toContain('quickstart.yaml');
  });

  it("the memory of a plan is a step's", async () => {
    const { out } = await invoke('plan', gridFile(HEAD + DATA + RECIPE + AXES));
    expect(out).toMatch(/ step memory /);
  });

  it('the table of a plan fits the terminal, and says what it leaves out', async () => {
    const out: string[] = [];
    const io: Io = {
      out: (text) => out.push(text),
      outBytes: () => undefined,
      err: () => undefined,
      screen: undefined,
      env: {},
      colour: false,
      width: 70,
    };
    const file = gridFile(HEAD + DATA + RECIPE + AXES.replace('epochs: 1', 'epochs: [1, 2]'));
    await makeProgram(io, () => undefined).parseAsync(['plan', file], { from: 'user' });
    const lines = out.join('\n').split('\n');
    const ruled = lines.filter((line) => line.startsWith('─'));
    expect(ruled.length).toBeGreaterThan(0);
    expect(Math.max(...ruled.map((line) => line.length))).toBeLessThanOrEqual(70);
    expect(lines).toContainEqual(expect.stringMatching(/^Not shown in 70 columns: .*activations/));
    expect(lines).toContainEqual(expect.stringMatching(/epochs .*FLOPs .*predicted/));
  });

  it('the costs of a plan are whose network they are of', async () => {
    const engine = (text: string): string => HEAD.replace('engine: noop', `engine: { command: mycnn${text} }`);
    const { out } = await invoke('plan', gridFile(engine('') + DATA + RECIPE + AXES));
    expect(out).toMatch(
      /^FLOPs, params and memory are of resnet-rs-small at each cell, not of mycnn: with engine\.ownCost it prints its own$/m,
    );
    const allowed = ['--allow-command', `mycnn=["sh", "-c", "echo '{\\"flops\\": 1000, \\"params\\": 10}'"]`];
    const own = await invoke('plan', gridFile(engine(', ownCost: true') + DATA + RECIPE + AXES), ...allowed);
    expect([own.code, own.err]).toEqual([0, '']);
    expect(own.out).not.toMatch(/not of mycnn/);
  });

  it('a cost of almost nothing is written without an exponent', async () => {
    const { out } = await invoke('plan', gridFile(HEAD + DATA + RECIPE + AXES), '--device-flops', '500P');
    expect(out).toMatch(/^1 trial to train, less than 1 s on 1 device$/m);
    expect(out).toMatch(/less than 0\.01 GPU-hours at a sustained 500P FLOP\/s/);
  });

  it('measuring says why, although something was measured before', () => {
    const place = { device: 'cpu', threads: 1, workers: 2 };
    expect(measuringWords(place, ['blocked'], false)).toBe(
      'measuring how fast cpu trains with 2 workers, once for this machine: 5 to 30 s',
    );
    expect(measuringWords(place, ['plain'], true)).toBe(
      'measuring how fast cpu trains with 2 workers, in the plain layout, which was not measured here yet: 5 to 30 s',
    );
  });

  it('a grid whose name is as long as names can be has its report', async () => {
    const file = gridFile(HEAD + DATA + RECIPE + AXES, `${'ä'.repeat(124)}.yaml`);
    const folder = path.dirname(file);
    const { code, err, out } = await invoke('run', file, '--db', path.join(folder, 'results.db'), '--workers', '1');
    expect([code, err]).toEqual([0, expect.not.stringMatching(/No report/)]);
    expect(out).toMatch(/^Report: .*report\.html$/m);
  });

  it('a report that cannot be written: the command that writes it', async () => {
    const file = gridFile(HEAD + DATA + RECIPE + AXES);
    const folder = path.dirname(file);
    mkdirSync(path.join(folder, 'out'));
    writeFileSync(path.join(folder, 'out', 'figures'), 'in the way');
    const out = path.join(folder, 'out');
    const { code, err } = await invoke('run', file, '--db', path.join(folder, 'r.db'), '--workers', '1', '--out', out);
    expect(code).toBe(0);
    expect(err).toMatch(
      /^No report: .*\nThe results are stored\. To write it: scalesweep report --sweep [0-9a-f]{12} --out DIR/m,
    );
  });
});
