import { describe, expect, test } from 'vitest';
import { seedNoise, selectedMean, type SeedGroup } from '../../results/statistics/index.ts';
import { tallyChoices, type PlantedChoice } from '../support/best-coverage.ts';

const group = (epochs: number, resolution: number, sd: number, df: number, axes = '{}'): SeedGroup => ({
  axes,
  epochs,
  resolution,
  sumOfSquares: df * sd ** 2,
  degreesOfFreedom: df,
});
const at = (epochs: number, resolution: number, axes = '{}') => ({ axes, epochs, resolution });
const sdOf = (found: { variance: number } | null): number => Math.sqrt(found?.variance ?? Number.NaN);

describe('seed noise', () => {
  test("is each schedule's own where schedules differ, not the pooled one", () => {
    const noise = seedNoise([group(3, 20, 0.0257, 54), group(10, 20, 0.0112, 54), group(30, 20, 0.0071, 54)], 2000);
    expect(sdOf(noise(at(3, 20), 0.6))).toBeCloseTo(0.0254, 3);
    expect(sdOf(noise(at(10, 20), 0.7))).toBeCloseTo(0.0112, 3);
    expect(sdOf(noise(at(30, 20), 0.8))).toBeCloseTo(0.0074, 3);
  });

  test("is each resolution's own within a schedule, with fewer degrees of freedom than of both together", () => {
    const groups = [group(3, 14, 0.039, 40), group(3, 28, 0.013, 40)];
    const noise = seedNoise(groups, null);
    expect(sdOf(noise(at(3, 14), 0.6))).toBeGreaterThan(0.037);
    expect(sdOf(noise(at(3, 28), 0.6))).toBeLessThan(0.016);
    expect(noise(at(3, 14), 0.6)!.df).toBeLessThan(45);
  });

  test('of a schedule of few seeds is drawn towards all, that of none is all and known less well', () => {
    const noise = seedNoise([group(3, 20, 0.01, 40), group(10, 20, 0.01, 40), group(30, 20, 0.03, 1)], null);
    const few = noise(at(30, 20), 0.8)!;
    expect(sdOf(few)).toBeGreaterThan(0.0101);
    expect(sdOf(few)).toBeLessThan(0.025);
    const none = noise(at(90, 20), 0.8)!;
    expect(sdOf(none)).toBeLessThan(0.013);
    expect(none.df).toBeLessThan(noise(at(3, 20), 0.8)!.df);
  });

  test('of equal groups borrows their degrees of freedom', () => {
    const noise = seedNoise(
      [14, 20, 28].flatMap((r) => [3, 10, 30].map((e) => group(e, r, 0.01, 6))),
      null,
    );
    const found = noise(at(3, 14), 0.8)!;
    expect(sdOf(found)).toBeCloseTo(0.01, 10);
    expect(found.df).toBeGreaterThan(12);
  });

  test("differs between values of the grid's other axes", () => {
    const noise = seedNoise([group(3, 20, 0.03, 30, '{"lr":1}'), group(3, 20, 0.01, 30, '{"lr":2}')], null);
    expect(sdOf(noise(at(3, 20, '{"lr":1}'), 0.6))).toBeGreaterThan(0.027);
    expect(sdOf(noise(at(3, 20, '{"lr":2}'), 0.6))).toBeLessThan(0.013);
  });

  test.each([
    ['two seeds that tie', [group(3, 20, 0, 1)]],
    ['few seeds that differ by less', [group(3, 20, 0.001, 3)]],
    ['many that tie', [group(3, 20, 0, 20)]],
  ])('%s: not below what counting the images gives', (_, groups) => {
    // Agresti & Coull: (1600 + 2) / 2004 of 2000.
    const share = 1602 / 2004;
    expect(seedNoise(groups, 2000)(at(3, 20), 0.8)?.variance).toBeCloseTo((share * (1 - share)) / 2000, 12);
    expect(seedNoise(groups, 2000)(at(3, 20), 1)?.variance).toBeGreaterThan(0);
  });

  test('with enough seeds they are believed, also below that', () => {
    expect(sdOf(seedNoise([group(3, 20, 0.001, 20)], 2000)(at(3, 20), 0.8))).toBeCloseTo(0.001, 12);
  });

  test('where seeds tie and the images are not known, or no cell has two seeds, it is unknown', () => {
    expect(seedNoise([group(3, 20, 0, 20)], null)(at(3, 20), 0.8)).toBeNull();
    expect(seedNoise([group(3, 20, 0, 0)], 2000)(at(3, 20), 0.8)).toBeNull();
  });
});

describe('the highest of several means', () => {
  test('far ahead, it is an ordinary mean', () => {
    const { estimate, interval } = selectedMean(0.8, 0.5, 0.01, 1e7, 1);
    expect(estimate).toBeCloseTo(0.8, 6);
    expect(interval[0]).toBeCloseTo(0.8 - 0.0196, 3);
    expect(interval[1]).toBeCloseTo(0.8 + 0.0196, 3);
  });

  test('the closer the runner-up, the lower', () => {
    const [near, middle, far] = [0.799, 0.79, 0.77].map((second) => selectedMean(0.8, second, 0.01, 50, 4));
    expect(near!.interval[0]).toBeLessThan(middle!.interval[0]);
    expect(middle!.interval[0]).toBeLessThan(far!.interval[0]);
    expect(near!.estimate).toBeLessThan(0.8);
  });

  test.each([0, 0.01, 0.3])('an exact tie has an interval with an end, with %d degrees beyond three', (more) => {
    const { estimate, interval } = selectedMean(0.8, 0.8, 0.01, 3 + more, 500);
    expect(interval[0]).toBeLessThan(estimate);
    expect(interval[1]).toBeGreaterThan(interval[0]);
    expect(Number.isFinite(interval[0])).toBe(true);
  });
});

/** Standard error of a share of 95 %: 1.3 points. The draws are the same in each run. */
const DRAWS = 300;
const STUDY = [
  [2.57, 2.57, 2.57],
  [1.12, 1.12, 1.12],
  [0.71, 0.71, 0.71],
];

describe('the chosen cell, on planted cells', () => {
  const cases: PlantedChoice[] = [1, 9, 27, 81].flatMap((candidates) => [
    { candidates, company: candidates < 27 ? 9 : 0 },
    { candidates, company: candidates < 27 ? 9 : 0, spread: 0.15 },
  ]);
  test.each(cases)('%j: the corrected interval covers, the truly best one is listed', (planted) => {
    const found = tallyChoices(DRAWS, planted);
    expect(found.corrected).toBeGreaterThanOrEqual(0.92);
    expect(found.corrected).toBeLessThanOrEqual(0.98);
    expect(found.listed).toBeGreaterThanOrEqual(0.94);
    expect(Math.abs(found.correctedFlattery)).toBeLessThan(0.15);
  });

  test('uncorrected, the highest of 81 equal ones would be covered in one draw of five', () => {
    const found = tallyChoices(DRAWS, { candidates: 81 });
    expect(found.chosen).toBeLessThan(0.25);
    expect(found.flattery).toBeGreaterThan(0.6);
  });

  test.each([
    { candidates: 27, noise: STUDY },
    { candidates: 27, noise: STUDY, spread: 0.3 },
    {
      candidates: 27,
      noise: [
        [3.9, 2, 1.3],
        [1.4, 1.1, 0.8],
        [0.8, 0.7, 0.6],
      ],
    },
  ])('noise by schedule and resolution: %j', (planted) => {
    const found = tallyChoices(DRAWS, planted);
    for (const share of found.named) {
      expect(share).toBeGreaterThanOrEqual(0.93);
      expect(share).toBeLessThanOrEqual(0.98);
    }
    expect(found.corrected).toBeGreaterThanOrEqual(0.92);
    expect(found.corrected).toBeLessThanOrEqual(0.98);
    expect(found.listed).toBeGreaterThanOrEqual(0.94);
  });
});
