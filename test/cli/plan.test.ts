import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../../contract/index.ts';
import { useFolders } from '../orchestrator/support/folders.ts';
import { invoke } from '../orchestrator/support/invoke.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

const grid = (name: string): string => path.join(packageRoot(), 'grids', name);

interface PlanJson {
  readonly trials: readonly Record<string, unknown>[];
  readonly excluded: readonly Record<string, unknown>[];
  readonly totals: Record<string, unknown>;
}

describe('plan', () => {
  it('prints one JSON document with every field of the contract', async () => {
    const { code, out } = await invoke('plan', grid('quickstart.yaml'), '--json');
    expect(code).toBe(0);
    const plan = JSON.parse(out) as PlanJson;
    expect(plan.trials).toHaveLength(16);
    for (const field of [
      'width',
      'depth',
      'resolution',
      'epochs',
      'seed',
      'flops',
      'params',
      'activations',
      'memoryBytes',
      'trainFlops',
    ]) {
      expect(plan.trials[0]).toHaveProperty(field, expect.any(Number));
    }
    expect(plan.trials[0]).toHaveProperty('id', expect.stringMatching(/^[0-9a-f]{16}$/));
    expect(plan.totals).toMatchObject({ trials: 16, predictedSeconds: expect.any(Number) as number });
  });

  it("plans the paper's 525 cells", async () => {
    const { out } = await invoke('plan', grid('resnet-rs-imagenet.yaml'), '--json');
    expect((JSON.parse(out) as PlanJson).trials).toHaveLength(525);
  });

  it('cuts by the caps given, and names them', async () => {
    const { out } = await invoke('plan', grid('quickstart.yaml'), '--json', '--max-flops', '5M');
    const { trials, excluded } = JSON.parse(out) as PlanJson;
    expect(trials.every(({ flops }) => Number(flops) <= 5e6)).toBe(true);
    expect(excluded.length + trials.length).toBe(16);
    expect(excluded[0]).toMatchObject({ rule: 'flops <= 5M (--max-flops)' });
  });

  it('counts GPU-hours for a device', async () => {
    const { out } = await invoke('plan', grid('resnet-rs-imagenet.yaml'), '--json', '--device-flops', '50T');
    const { totals } = JSON.parse(out) as PlanJson;
    expect(totals['gpuHours']).toBeCloseTo(Number(totals['trainFlops']) / 50e12 / 3600, 6);
  });

  it('gives trials of another engine other ids', async () => {
    const ids = async (...args: string[]): Promise<unknown[]> =>
      (JSON.parse((await invoke('plan', grid('quickstart.yaml'), '--json', ...args)).out) as PlanJson).trials.map(
        ({ id }) => id,
      );
    const own = new Set(await ids());
    expect((await ids('--engine', 'noop')).some((id) => own.has(id))).toBe(false);
    expect((await ids('--engine', 'onnx')).every((id) => own.has(id))).toBe(true);
  });

  it('shows the first cells and sums of a long plan', async () => {
    const { out } = await invoke('plan', grid('resnet-rs-imagenet.yaml'), '--rows', '3');
    expect(out).toMatch(/and 522 more cells/);
    expect(out).toMatch(/525 trials/);
    expect(
      Math.max(
        ...out
          .split('\n')
          .filter((line) => line.startsWith('─'))
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(120);
  });

  it('gives the time on devices of a speed, and none on workers of this machine', async () => {
    const { out } = await invoke('plan', grid('resnet-rs-imagenet.yaml'), '--device-flops', '50T', '--workers', '16');
    expect(out).toMatch(/^525 trials to train, about \d+ d \d+ h on 16 devices$/m);
    expect(out).toMatch(/ train FLOPs: [\d,]+ GPU-hours at a sustained 50T FLOP\/s$/m);
    expect(out).not.toMatch(/local worker|years/);
  });

  it('says of a plan that takes years here how to ask for other devices', async () => {
    const { out } = await invoke('plan', grid('resnet-rs-imagenet.yaml'));
    expect(out).toMatch(/years with \d+ local worker.*\n--device-flops 50T --workers 16 says/);
  });

  it('names the images, the engine and the device', async () => {
    const words = async (...args: string[]): Promise<string | undefined> =>
      (await invoke('plan', grid('quickstart.yaml'), ...args)).out.split('\n')[1];
    expect(await words()).toMatch(
      /^fashion-mnist, [\d,]+ images to train on and 1,000 held out to choose by \(minival\); engine onnx on cpu$/,
    );
    expect(await words('--engine', 'noop', '--devices', 'cuda:0,cuda:1')).toMatch(/engine noop on cuda:0,cuda:1$/);
  });

  it('costs one network by stage, summing to the total', async () => {
    const { out } = await invoke('cost', '--family', 'resnet-rs', '--depth', '50', '--resolution', '160', '--json');
    const cost = JSON.parse(out) as { flops: number; params: number; stages: { flops: number; params: number }[] };
    expect(cost.stages.reduce((sum, { flops }) => sum + flops, 0)).toBe(cost.flops);
    // ResNet-RS, Table 7: 36 M parameters, 4.6 GFLOPs.
    expect(cost.params / 1e6).toBeCloseTo(36, 0);
    expect(cost.flops / 1e9).toBeCloseTo(4.6, 1);
  });
});

const SMALL = (minivalImages: number, widths: string): string => `
question: Which width pays?
engine: noop
model: { family: resnet-rs-small }
data: { name: fashion-mnist, trainImages: 1000, minivalImages: ${minivalImages} }
recipe: { batchSize: 100, learningRate: 0.1 }
axes: { width: ${widths}, depth: 8, resolution: 16, epochs: 1 }
`;

describe('plan, beside a store', () => {
  const newFolder = useFolders();

  it('counts what is done and what is left', async () => {
    const folder = newFolder();
    const file = path.join(folder, 'grid.yaml');
    const store = ['--db', path.join(folder, 'results.db')];
    const plan = async (...args: string[]): Promise<string> => (await invoke('plan', file, ...store, ...args)).out;
    writeFileSync(file, SMALL(1000, '[0.5, 1]'));
    expect(await plan()).toMatch(/^2 trials to train, less than 1 s with \d+ local worker/m);
    expect((await invoke('run', file, ...store, '--workers', '1')).code).toBe(0);
    expect(await plan()).toMatch(/^2 trials, all done: nothing to train$/m);

    writeFileSync(file, SMALL(1000, '[0.5, 1, 2]'));
    const text = await plan('--workers', '1');
    expect(text).toMatch(
      /^3 trials: 2 done, 1 to train, less than 1 s with 1 local worker, at the pace of those that are done$/m,
    );
    expect(text).toMatch(/^\S+ train FLOPs, \S+ of them to train$/m);
    const { trials, totals } = JSON.parse(await plan('--json', '--workers', '1')) as PlanJson;
    expect(trials.map(({ state }) => state)).toEqual(['done', 'done', 'planned']);
    expect(totals).toMatchObject({ trials: 3, done: 2, failed: 0, toTrain: 1, workers: 1, minivalImages: 1000 });
  });

  it('counts those that failed apart', async () => {
    const folder = newFolder();
    const file = path.join(folder, 'grid.yaml');
    const store = ['--db', path.join(folder, 'results.db')];
    writeFileSync(file, SMALL(1000, '1'));
    vi.stubEnv('SCALESWEEP_NOOP', JSON.stringify({ fault: { kind: 'nan' } }));
    await invoke('run', file, ...store, '--workers', '1');
    vi.unstubAllEnvs();
    expect((await invoke('plan', file, ...store)).out).toMatch(
      /^1 trial: 1 failed \(scalesweep retry queues them again\)$/m,
    );
  });

  it('plans beside a store that cannot be read, and says what it does not know', async () => {
    const folder = newFolder();
    const file = path.join(folder, 'grid.yaml');
    const db = path.join(folder, 'results.db');
    writeFileSync(file, SMALL(1000, '1'));
    writeFileSync(db, 'no database');
    const { code, out, err } = await invoke('plan', file, '--db', db);
    expect(code).toBe(0);
    expect(out).toMatch(/^1 trial to train/m);
    expect(err).toMatch(/^The plan does not know what is trained already: .*results\.db/);
  });
});

describe('a minival of few images', () => {
  const newFolder = useFolders();

  it.each([
    [1, /minival has 1 image, so top-1 is either 0 % or 100 % and tells no cells apart/],
    [40, /minival has 40 images, of which one is 2\.5 points of top-1/],
  ])('%i is warned of by the plan, the run and each answer', async (images, warning) => {
    const folder = newFolder();
    const file = path.join(folder, 'grid.yaml');
    const store = ['--db', path.join(folder, 'results.db')];
    writeFileSync(file, SMALL(images, '[0.5, 1]'));
    expect((await invoke('plan', file, ...store)).out).toMatch(warning);
    expect((await invoke('run', file, ...store, '--workers', '1')).err).toMatch(warning);
    for (const question of [['best'], ['pareto'], ['isoflop', '--flops', '5M'], ['findings']])
      expect([question, (await invoke(...question, ...store)).err]).toEqual([question, expect.stringMatching(warning)]);
    const { out } = await invoke('report', ...store, '--out', path.join(folder, 'report'));
    expect(readFileSync(out, 'utf8')).toMatch(warning);
  });

  it('100 images are enough', async () => {
    const folder = newFolder();
    const file = path.join(folder, 'grid.yaml');
    const store = ['--db', path.join(folder, 'results.db')];
    writeFileSync(file, SMALL(100, '[0.5, 1]'));
    expect((await invoke('plan', file, ...store)).out).not.toMatch(/warning/);
    await invoke('run', file, ...store, '--workers', '1');
    expect((await invoke('best', ...store)).err).not.toMatch(/warning/);
  });
});
