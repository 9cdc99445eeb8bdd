/** Too little data never reads as certainty. */
import { describe, expect, test } from 'vitest';
import { countingVariance } from '../../findings/counting-noise.ts';
import { measureCells } from '../../findings/cells.ts';
import { computeFindings } from '../../findings/index.ts';
import { estimateNoise } from '../../findings/noise.ts';
import { effectThatMatters } from '../../findings/smallest-effect.ts';
import { caseRows } from '../support/case-rows.ts';
import { makeRow, plantSurface } from '../support/planted-surface.ts';

describe.each(['onepair', 'four'])('%s.csv: one seed a cell, and too few cells in line', (name) => {
  const { findings, recommendation, limits } = computeFindings(caseRows(name));

  test('effects have no interval, and nothing that noise could make is claimed', () => {
    const compared = findings.filter(({ slug, effect }) => effect !== null && slug !== 'power-law');
    expect(compared.length).toBeGreaterThan(2);
    for (const { id, interval, verdict } of compared) {
      expect(interval, id).toBeNull();
      expect(verdict, id).toBe('not-separable');
    }
  });

  test('what was not compared has a verdict of its own', () => {
    const empty = findings.filter(({ effect }) => effect === null);
    expect(empty.length).toBeGreaterThan(0);
    for (const { verdict, pairs } of empty) expect([verdict, pairs]).toEqual(['no-data', 0]);
  });

  test('no strategy is recommended before another', () => {
    expect(recommendation.isSeparated).toBe(false);
    expect(recommendation.text).toContain('the data cannot tell which');
    expect(limits.join(' ')).toContain('The noise of 1 of 1 schedules is not known');
  });
});

test('two seeds that tie in every cell are no noise of 0: counting images gives some', () => {
  const { rows } = plantSurface({ seed: 2, noise: 0, missing: 0, seedsPerCell: [2, 2], floor: 0.1 });
  const { cells } = measureCells(rows);
  const noise = estimateNoise(cells, 1000);
  for (const { seed } of noise.groups) expect(Math.sqrt(seed!.variance)).toBeGreaterThan(0.01);
  for (const { interval } of computeFindings(rows, { questions: ['depth-over-width'], minivalImages: 1000 }).findings)
    expect(interval![1] - interval![0]).toBeGreaterThan(0.1);
});

test('counting variance: p (1 - p) / images, and not 0 at 100 %', () => {
  const cellsAt = (minivalTop1: number) =>
    measureCells([makeRow({ width: 1, depth: 8, resolution: 28, epochs: 4, minivalTop1 })]).cells;
  expect(countingVariance(cellsAt(0.5), 1000)).toBeCloseTo(0.25 / 1000, 8);
  expect(countingVariance(cellsAt(1), 1000)).toBeGreaterThan(1e-6);
});

test('near the ceiling the smallest effect that matters shrinks with the error', () => {
  const at = (minivalTop1: number): number =>
    effectThatMatters(
      0.1,
      measureCells([makeRow({ width: 1, depth: 8, resolution: 28, epochs: 4, minivalTop1 })]).cells,
    );
  expect(at(0.7)).toBe(0.1);
  expect(at(0.95)).toBeCloseTo(0.05, 12);
  expect(at(0.999)).toBeCloseTo(0.001, 12);
});

test('an error that halves at 99.9 % is an effect', () => {
  const rows = [8, 16].flatMap((depth) =>
    [14, 20, 28].flatMap((resolution) =>
      [0, 1, 2].map((seed) =>
        makeRow({
          width: 1,
          depth,
          resolution,
          epochs: 4,
          seed,
          flops: depth * resolution ** 2,
          minivalTop1: 1 - (8 / depth) * 0.001 + (seed - 1) * 2e-5,
        }),
      ),
    ),
  );
  const { findings } = computeFindings(rows, { questions: ['depth-gain'] });
  expect(findings[0]).toMatchObject({ slug: 'depth-gain', verdict: 'supported' });
  expect(findings[0]!.effect).toBeCloseTo(0.05, 6);
});

test('cells that differ in cost alone have no spread beyond noise, and are not equal for certain', () => {
  for (let seed = 0; seed < 10; seed++) {
    const { rows } = plantSurface({ seed, epochs: [4], seedsPerCell: [3, 3] });
    const { findings } = computeFindings(rows, { questions: ['spread-at-matched-cost'], replicates: 400 });
    const [spread] = findings.filter(({ axis }) => axis === 'flops');
    expect(spread!.effect!).toBeLessThan(0.3);
    expect(spread!.interval![0]).toBeLessThan(0.1);
    expect(spread!.interval![1]).toBeGreaterThan(0.1);
  }
});
