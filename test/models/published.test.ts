import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { modelOf } from '../fixtures/trial.ts';
import { packageRoot } from '../../contract/index.ts';
import { modelCost } from '../../models/index.ts';

const family = {
  family: 'resnet-rs',
  channels: 3,
  classes: 1000,
  block: 'bottleneck',
  baseWidth: 64,
  resnetD: true,
  stemPool: 'conv',
  seRatio: 0.25,
  zeroInitLastNorm: true,
};

function rows(file: string): Record<string, string>[] {
  const [head = '', ...lines] = readFileSync(path.join(packageRoot(), 'results', 'published', file), 'utf8')
    .trim()
    .split('\n');
  const names = head.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, i) => [names[i] ?? '', value])));
}

describe('the published family (ResNet-RS, Table 7)', () => {
  it.each([
    [50, 35.69],
    [101, 63.62],
    [152, 86.62],
    [200, 93.21],
    [270, 129.86],
    [350, 163.96],
    [420, 191.89],
  ])('depth %i has %f M parameters', (depth, millions) => {
    const { params } = modelCost({ ...family, depth, width: 1, resolution: 160 });
    expect((params / 1e6).toFixed(2)).toBe(millions.toFixed(2));
  });

  const configurations = rows('family.csv').filter((row) => (row['model'] ?? '').startsWith('ResNet-RS'));

  it('has 11 configurations', () => expect(configurations).toHaveLength(11));

  it.each(configurations.map((row) => [row['model'] ?? '', row] as const))('%s has the printed FLOPs', (_name, row) => {
    const depth = Number(row['depth']);
    const resolution = Number(row['resolution']);
    const { flops } = modelCost({ ...family, depth, width: 1, resolution });
    // Table 7 prints 18 B for 152@192; its exact count is 17.49 B.
    const expected = depth === 152 && resolution === 192 ? 17.49e9 : Number(row['flops_b']) * 1e9;
    expect(Math.abs(flops / expected - 1)).toBeLessThan(0.01);
  });
});

describe('the grid of Figure 2', () => {
  it('has the FLOPs of all 131 rows with the pool-kept stem', () => {
    const points = rows('figure2.csv');
    expect(points).toHaveLength(131);
    for (const point of points) {
      const [width, depth, resolution] = [Number(point['width']), Number(point['depth']), Number(point['resolution'])];
      const { flops, params } = modelCost({ ...family, stemPool: 'max', width, depth, resolution });
      expect(Math.abs(flops / (Number(point['flops_b_2mac']) * 1e9) - 1), JSON.stringify(point)).toBeLessThan(0.01);
      expect(Math.abs(params / (Number(point['params_m']) * 1e6) - 1), JSON.stringify(point)).toBeLessThan(0.01);
    }
  });
});

describe('the plain ResNet', () => {
  it('ResNet-50 at 224 has 25,557,032 parameters and 4.089 G multiply-adds', () => {
    const { params, flops } = modelCost({
      ...family,
      depth: 50,
      width: 1,
      resolution: 224,
      resnetD: false,
      stemPool: 'max',
      seRatio: 0,
    });
    expect(params).toBe(25_557_032);
    expect((flops / 2e9).toFixed(3)).toBe('4.089');
  });

  it('the small-image ResNet-20 at 28 x 28 x 1 has 272,186 parameters', () => {
    const { params } = modelCost(
      modelOf({ classes: 10, depth: 20, resolution: 28, baseWidth: 16, zeroInitLastNorm: true }),
    );
    expect(params).toBe(272_186);
  });
});
