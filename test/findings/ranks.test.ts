import { expect, test } from 'vitest';
import { random } from '../../contract/index.ts';
import { disattenuated, disattenuatedInterval, reliability } from '../../findings/attenuation.ts';
import { computeFindings, type Finding } from '../../findings/index.ts';
import { caseRows } from '../support/case-rows.ts';
import { makeRow } from '../support/planted-surface.ts';
import type { ResultRow } from '../../results/result-row.ts';

const ranksOf = (rows: readonly ResultRow[], slug: string): readonly Finding[] =>
  computeFindings(rows, { questions: [slug], replicates: 400 }).findings;

/** A grid in which `signal` points (standard deviation) tell cells apart, the same at every width. */
function grid(seed: number, noise: number, signal: number, sizes: number): ResultRow[] {
  const draws = random(seed, 'ranks');
  const rows: ResultRow[] = [];
  for (let depth = 0; depth < sizes; depth++) {
    for (let resolution = 0; resolution < sizes; resolution++) {
      const own = 0.7 + (signal / 100) * draws.normal();
      for (const width of [1, 2]) {
        for (let trial = 0; trial < 3; trial++) {
          const cell = { width, depth: 8 + depth, resolution: 14 + resolution, epochs: 4, seed: trial };
          const flops = 1e6 * width ** 2 * (1 + 0.01 * (depth + resolution));
          rows.push(makeRow({ ...cell, flops, minivalTop1: own + (noise / 100) * draws.normal() }));
        }
      }
    }
  }
  return rows;
}

test('a ranking that is reversed within every schedule is no guide, however much schedules differ', () => {
  const found = ranksOf(caseRows('reversed'), 'small-predicts-large').find(
    ({ scope }) => scope['width'] !== undefined,
  )!;
  expect(found).toMatchObject({ effect: -1, verdict: 'contradicted', pairs: 60 });
  expect(found.interval![1]).toBeLessThan(0);
});

test('cells of another schedule are not paired: their accuracy says nothing about the order of these', () => {
  const rows = grid(1, 0.1, 2, 3);
  const longer = rows.map((row) => makeRow({ ...row, epochs: 40, minivalTop1: row.minivalTop1! + 0.1 }));
  const [one] = ranksOf(rows, 'small-predicts-large');
  const [both] = ranksOf([...rows, ...longer], 'small-predicts-large');
  expect(both!.pairs).toBe(2 * one!.pairs);
  expect(both!.effect).toBeCloseTo(one!.effect!, 6);
});

test('seed noise is taken out: a ranking that holds exactly is found near 1, and 1 lies in its interval', () => {
  const draws = Array.from({ length: 30 }, (_, seed) => ranksOf(grid(seed, 1, 1.2, 4), 'small-predicts-large')[0]!);
  const mean = (of: (finding: Finding) => number): number => draws.reduce((sum, one) => sum + of(one), 0) / 30;
  const observed = mean(({ note }) => Number(/observed tau is (-?[\d.]+)/.exec(note!)![1]));
  expect(observed).toBeLessThan(0.75);
  expect(mean(({ effect }) => effect!)).toBeGreaterThan(observed + 0.15);
  expect(draws.filter(({ interval }) => interval![1] === 1).length).toBeGreaterThanOrEqual(28);
  expect(draws.filter(({ verdict }) => verdict === 'contradicted')).toEqual([]);
});

test('where there is nothing to rank, nothing is said of it', () => {
  const verdicts = Array.from({ length: 30 }, (_, seed) => ranksOf(grid(seed, 1, 0, 4), 'small-predicts-large')[0]!);
  expect(verdicts.filter(({ verdict }) => verdict !== 'not-separable').length).toBeLessThanOrEqual(2);
});

test('fewer than four networks have no ranking', () => {
  const rows = grid(3, 0.1, 2, 2).filter(({ depth, resolution }) => depth === 8 || resolution === 14);
  expect(ranksOf(rows, 'small-predicts-large')[0]).toMatchObject({
    interval: null,
    verdict: 'not-separable',
    pairs: 3,
  });
});

test('correction for attenuation', () => {
  expect(reliability(4, 1)).toBe(0.75);
  expect(reliability(1, 2)).toBe(0);
  expect(disattenuated(0.5, 1)).toBeCloseTo(0.5, 12);
  // Greiner: tau 1/3 is a correlation of a half; with half of it lost to noise it was 1.
  expect(disattenuated(1 / 3, 0.5)).toBeCloseTo(1, 6);
  expect(disattenuated(-0.2, 0)).toBe(-1);
  expect(disattenuatedInterval([0.2, 0.4], [0, 1])).toEqual([expect.closeTo(0.2, 12), 1]);
  expect(disattenuatedInterval([-0.4, -0.2], [0, 1])).toEqual([-1, expect.closeTo(-0.2, 12)]);
});
