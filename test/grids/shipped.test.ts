import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot, type TrialCost, type TrialSpec } from '../../contract/index.ts';
import { loadGrid, planGrid, planTotals, type PlannedTrial } from '../../grids/index.ts';

const FOLDER = path.join(packageRoot(), 'grids');

function trialsOf(name: string): PlannedTrial[] {
  return [...planGrid(loadGrid(path.join(FOLDER, name)))].flatMap((item) => (item.kind === 'trial' ? [item] : []));
}

describe('every grid that comes with the program', () => {
  const names = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));

  it.each(names)('%s opens with its question, command and cost, and can be planned', (name) => {
    const file = path.join(FOLDER, name);
    const opening = readFileSync(file, 'utf8').split(/^[^#]/m, 1)[0];
    expect(opening).toMatch(/^# Question: [^]*^# Command: [^]*^# Cost: /m);
    const grid = loadGrid(file);
    expect([grid.question, grid.command, grid.cost].every((text) => text !== undefined && text !== '')).toBe(true);
    expect(grid.command).toContain(`grids/${name}`);
    expect(planTotals(planGrid(grid)).trials).toBeGreaterThan(0);
  });
});

describe('start/first-answer.yaml', () => {
  const trials = trialsOf('start/first-answer.yaml');

  it('is what npm start runs, and is in the package', () => {
    const { scripts, files } = JSON.parse(readFileSync(path.join(packageRoot(), 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
      files: string[];
    };
    expect(scripts['start']).toContain('run grids/start/first-answer.yaml');
    expect(files).toContain('grids/start/*.yaml');
  });

  it('costs less than half of the grid of the benchmark', () => {
    const cost = (of: PlannedTrial[]): number => of.reduce((sum, { cost: { trainFlops } }) => sum + trainFlops, 0);
    expect(cost(trials)).toBeLessThan(cost(trialsOf('quickstart.yaml')) / 2);
  });

  it('has at least 16 trials over two values or more of each axis of scaling', () => {
    expect(trials.length).toBeGreaterThanOrEqual(16);
    for (const axis of ['width', 'depth', 'resolution', 'epochs'] as const) {
      expect(new Set(trials.map(({ cell }) => cell[axis])).size).toBeGreaterThanOrEqual(2);
    }
  });

  it('trains on enough real images and chooses on enough others', () => {
    for (const { trial } of trials) {
      expect(trial.spec.data.name).toBe('fashion-mnist');
      expect(trial.spec.data.trainImages).toBeGreaterThanOrEqual(4000);
      expect(trial.spec.data.minivalImages).toBeGreaterThanOrEqual(1000);
    }
  });

  it('asks under three budgets, each of which some network meets and some network breaks', () => {
    const { budgets } = loadGrid(path.join(FOLDER, 'start/first-answer.yaml'));
    expect(budgets).toHaveLength(3);
    for (const [axis, limit] of budgets.flatMap(Object.entries<number>)) {
      const costs = trials.map(({ cost }) => cost[axis as keyof TrialCost]!);
      expect([Math.min(...costs) <= limit, axis, limit]).toEqual([true, axis, limit]);
    }
  });
});

describe('fashion-mnist.yaml', () => {
  it('crosses the four axes with three seeds, on few images', () => {
    const trials = trialsOf('fashion-mnist.yaml');
    for (const axis of ['width', 'depth', 'resolution', 'epochs'] as const) {
      expect(new Set(trials.map(({ cell }) => cell[axis])).size).toBeGreaterThanOrEqual(3);
    }
    expect(new Set(trials.map(({ trial }) => trial.spec.seed)).size).toBe(3);
    expect(trials[0]!.trial.spec.data.trainImages).toBeLessThanOrEqual(5000);
  });
});

describe('resnet-rs-imagenet.yaml', () => {
  const trials = trialsOf('resnet-rs-imagenet.yaml');
  const specOf = (width: number, depth: number, resolution: number, epochs: number): TrialSpec =>
    trials.find(
      ({ cell }) =>
        cell.width === width && cell.depth === depth && cell.resolution === resolution && cell.epochs === epochs,
    )!.trial.spec;

  it('is the 5 x 7 x 5 grid of the paper at three schedules: 525 cells', () => {
    expect(trials).toHaveLength(525);
    expect(new Set(trials.map(({ trial }) => trial.id)).size).toBe(525);
    expect(planTotals(planGrid(loadGrid(path.join(FOLDER, 'resnet-rs-imagenet.yaml')))).excluded).toBe(0);
  });

  it('uses no regularisation but weight decay at 10 and 100 epochs', () => {
    for (const { trial } of trials.filter(({ cell }) => cell.epochs < 350)) {
      expect(trial.spec.recipe).toMatchObject({
        labelSmoothing: 0,
        dropout: 0,
        stochasticDepth: 0,
        randAugmentLayers: 0,
        weightDecay: 4e-5,
        flip: true,
        crop: 'resized',
      });
    }
  });

  it('regularises more with size at 350 epochs', () => {
    expect([0.25, 0.5, 1, 1.5, 2].map((width) => specOf(width, 50, 224, 350).recipe.dropout)).toEqual([
      0, 0.1, 0.25, 0.6, 0.75,
    ]);
    expect([128, 160, 224, 320, 448].map((side) => specOf(1, 50, side, 350).recipe.randAugmentMagnitude)).toEqual([
      10, 10, 15, 15, 20,
    ]);
    expect(specOf(0.5, 50, 448, 350).recipe.randAugmentMagnitude).toBe(10);
    expect([128, 160, 224, 320, 448].map((side) => specOf(1, 50, side, 350).recipe.stochasticDepth)).toEqual([
      0, 0, 0.2, 0.2, 0.2,
    ]);
    expect(specOf(0.25, 50, 448, 350).recipe).toMatchObject({ stochasticDepth: 0, labelSmoothing: 0.1 });
  });

  it('learns at 1.6 with a batch of 4096, averaging over a tenth of a short run and as published over a long one', () => {
    expect(specOf(1, 50, 224, 350).recipe).toMatchObject({ batchSize: 4096, learningRate: 1.6, emaDecay: 0.9999 });
    const { data, recipe, epochs } = specOf(1, 50, 224, 10);
    expect(1 / (1 - recipe.emaDecay)).toBeCloseTo((epochs * data.trainImages) / recipe.batchSize / 10, 5);
  });

  it('holds out the published minival and trains on the rest', () => {
    expect(specOf(1, 50, 224, 10).data).toMatchObject({ minivalImages: 25_022, trainImages: 1_256_145 });
  });
});
