import fc from '../support/property.ts';
import { describe, expect, test } from 'vitest';
import { makeDraws, normalScores } from '../../findings/draws.ts';
import { holm } from '../../findings/holm.ts';
import { fitKink, fitLine } from '../../findings/line-fit.ts';
import { central95, percentile } from '../../findings/percentile.ts';
import { dividedDifference } from '../../findings/smoothness.ts';
import { criticalT, twoSidedP, upperF } from '../../results/statistics/index.ts';
import { wilson } from '../../findings/wilson.ts';

describe("Student's t", () => {
  // Table of critical values, two-sided 5 % and 1 %.
  test.each([
    [0.05, 1, 12.7062],
    [0.05, 2, 4.3027],
    [0.05, 5, 2.5706],
    [0.05, 30, 2.0423],
    [0.01, 5, 4.0321],
    [0.001, 10, 4.5869],
    [0.05, Infinity, 1.959964],
    [1e-9, Infinity, 6.10941],
  ])('alpha %d with %d degrees of freedom: %d', (alpha, df, expected) => {
    expect(criticalT(alpha, df)).toBeCloseTo(expected, 3);
    expect(twoSidedP(expected, df)).toBeCloseTo(alpha, 4);
  });

  test('the p-value of nothing is 1, of an infinite t 0, of an undefined t 1', () => {
    expect(twoSidedP(0, 3)).toBe(1);
    expect(twoSidedP(Infinity, 3)).toBe(0);
    expect(twoSidedP(Number.NaN, 3)).toBe(1);
  });

  test('fractional degrees of freedom lie between their neighbours', () => {
    expect(criticalT(0.05, 2.5)).toBeLessThan(criticalT(0.05, 2));
    expect(criticalT(0.05, 2.5)).toBeGreaterThan(criticalT(0.05, 3));
  });
});

test.each([
  [3.3258, 5, 10],
  [161.448, 1, 1],
  [2.0267, 20, 24],
])("Fisher's F: a twentieth lies above %d with %d and %d degrees of freedom", (f, above, below) => {
  expect(upperF(f, above, below)).toBeCloseTo(0.05, 4);
});

describe('Holm', () => {
  test('multiplies by the hypotheses still standing and never falls', () => {
    expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
  });

  test('leaves out what was not tested, and caps at 1', () => {
    expect(holm([null, 0.8, null, 0.6])).toEqual([null, 1, null, 1]);
    expect(holm([])).toEqual([]);
  });

  test('is never below the p-value nor above Bonferroni', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }), (ps) => {
        for (const [i, corrected] of holm(ps).entries()) {
          expect(corrected!).toBeGreaterThanOrEqual(ps[i]!);
          expect(corrected!).toBeLessThanOrEqual(Math.min(1, ps[i]! * ps.length) + 1e-12);
        }
      }),
    );
  });
});

test('divided differences leave nothing of a polynomial of lower degree, at any spacing', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: -40, max: 40 }), { minLength: 4, maxLength: 4 }),
      fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })),
      (x, [a, b, c]) => {
        const left = dividedDifference(x).reduce((sum, w, i) => sum + w * (a + b * x[i]! + c * x[i]! ** 2), 0);
        expect(left).toBeCloseTo(0, 6);
      },
    ),
  );
});

describe('line fits', () => {
  const x = [0, 1, 2, 3, 4, 5, 6, 7];

  test('a line is found exactly, wherever x starts', () => {
    const fit = fitLine({ x: x.map((v) => v + 20), y: x.map((v) => 3 - 0.5 * (v + 20)) }, new Float64Array(8).fill(1));
    expect(fit.slope).toBeCloseTo(-0.5, 10);
    expect(fit.intercept).toBeCloseTo(3, 9);
    expect(fit.squares).toBeCloseTo(0, 10);
  });

  test('a kink is found at its place, with the change of slope', () => {
    const y = x.map((v) => 1 - 0.5 * v + 0.4 * Math.max(0, v - 4));
    const fit = fitKink({ x, y }, new Float64Array(8).fill(1), [2, 3, 4, 5])!;
    expect(fit.kink).toBe(4);
    expect(fit.slopeBefore).toBeCloseTo(-0.5, 10);
    expect(fit.change).toBeCloseTo(0.4, 10);
  });

  test('a weight of two is a point twice', () => {
    const twice = fitLine({ x: [0, 1, 1, 3], y: [0, 2, 2, 1] }, new Float64Array(4).fill(1));
    const weighted = fitLine({ x: [0, 1, 3], y: [0, 2, 1] }, Float64Array.of(1, 2, 1));
    expect(weighted.slope).toBeCloseTo(twice.slope, 12);
    expect(weighted.squares).toBeCloseTo(twice.squares, 12);
  });

  test('there is no kink without points on both sides of it', () => {
    expect(fitKink({ x, y: x }, new Float64Array(8).fill(1), [9])).toBeUndefined();
  });
});

describe('draws', () => {
  test('one seed, one stream', () => {
    const [a, b, c] = [makeDraws(7), makeDraws(7), makeDraws(8)];
    const five = (draws: typeof a): number[] => Array.from({ length: 5 }, () => draws.next());
    const first = five(a);
    expect(five(b)).toEqual(first);
    expect(five(c)).not.toEqual(first);
  });

  test.each([0.7, 1, 5, 40])('chi-square with %d degrees of freedom has its mean and variance', (df) => {
    const draws = makeDraws(3);
    const values = Array.from({ length: 40_000 }, () => draws.chiSquare(df));
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
    // Five standard errors of either.
    expect(Math.abs(mean - df)).toBeLessThan(5 * Math.sqrt((2 * df) / values.length));
    expect(Math.abs(variance / (2 * df) - 1)).toBeLessThan(5 * Math.sqrt((2 + 12 / df) / values.length));
  });

  test('normal scores have mean 0, variance 1 and 5 % beyond 1.96', () => {
    const scores = normalScores();
    const square = scores.reduce((sum, z) => sum + z * z, 0) / scores.length;
    expect(scores.reduce((sum, z) => sum + z, 0)).toBeCloseTo(0, 6);
    expect(square).toBeCloseTo(1, 10);
    expect(scores.filter((z) => Math.abs(z) > 1.96).length / scores.length).toBeCloseTo(0.05, 3);
  });
});

test('percentiles interpolate between order statistics', () => {
  expect(percentile(Float64Array.of(1, 2, 3, 4), 0.5)).toBe(2.5);
  expect(central95(Float64Array.from({ length: 41 }, (_, i) => 40 - i))).toEqual([1, 39]);
});

test("Wilson's interval does not collapse when all agree", () => {
  const [low, high] = wilson(10, 10);
  expect(low).toBeCloseTo(0.7225, 3);
  expect(high).toBeCloseTo(1, 12);
});
