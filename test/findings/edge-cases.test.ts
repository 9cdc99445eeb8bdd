import { describe, expect, test, vi } from 'vitest';
import { computeFindings, type FindingsReport } from '../../findings/index.ts';
import type { ResultRow } from '../../results/result-row.ts';
import { makeRow, plantSurface } from '../support/planted-surface.ts';
import { COMPUTES_A_WHILE } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: COMPUTES_A_WHILE, hookTimeout: COMPUTES_A_WHILE });

const verdicts = ({ findings }: FindingsReport, slug: string): string[] => [
  ...new Set(findings.filter((finding) => finding.slug === slug).map(({ verdict }) => verdict)),
];

/** Nothing in a report may be NaN or infinite: it is printed as JSON. */
function expectFinite(value: unknown, at = 'report'): void {
  if (typeof value === 'number') expect(Number.isFinite(value), `${at} is ${value}`).toBe(true);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) expectFinite(inner, `${at}.${key}`);
  }
}

test('no rows: no findings, and a recommendation that tells', () => {
  const report = computeFindings([]);
  expect(report.findings).toEqual([]);
  expect(report.hull).toBeNull();
  expect(report.recommendation.text).toBe('No recommendation: No cell has been trained.');
});

test('every trial failed (rows without an accuracy): said, not guessed', () => {
  const rows = plantSurface({ seed: 1 }).rows.map((row) => ({ ...row, minivalTop1: null }));
  const report = computeFindings(rows);
  expect(report.findings.every(({ effect }) => effect === null)).toBe(true);
  expect(report.limits[0]).toBe(`${rows.length} results without a minival accuracy: left out.`);
});

test('an accuracy that is not a number takes no part', () => {
  const rows = plantSurface({ seed: 1 }).rows.map((row, i) =>
    i % 3 === 0 ? { ...row, minivalTop1: Number.NaN } : row,
  );
  expectFinite(computeFindings(rows));
});

test('two cells: nothing is compared, nothing is claimed', () => {
  const cell = { width: 1, depth: 8, resolution: 28, epochs: 5, flops: 1e6, minivalTop1: 0.8 };
  const report = computeFindings([makeRow(cell), makeRow({ ...cell, depth: 14, flops: 2e6, minivalTop1: 0.9 })]);
  expectFinite(report);
  expect(report.findings.every(({ verdict }) => verdict === 'not-separable' || verdict === 'no-data')).toBe(true);
  expect(report.findings[0]).toMatchObject({ slug: 'depth-over-width', effect: null, interval: null, pairs: 0 });
  expect(report.recommendation.text).toContain('only depth was trained beyond it, so nothing is compared');
});

test('two by two cells of one seed: an effect, and no interval: one residual does not tell the noise', () => {
  const planted = { widths: [1, 2], depths: [8, 16], resolutions: [28], epochs: [5] };
  const { rows } = plantSurface({ seed: 3, ...planted, seedsPerCell: [1, 1], missing: 0 });
  const [finding] = computeFindings(rows).findings;
  expect(finding).toMatchObject({ slug: 'depth-over-width', verdict: 'not-separable', pairs: 1 });
  expect(finding).toMatchObject({ interval: null, correctedP: null });
});

test('three cells, no repeats and none in line: the interval is missing, and two more seeds are asked for', () => {
  const base = { width: 1, depth: 8, resolution: 28, epochs: 5, flops: 1e6, trainFlops: 1e9, minivalTop1: 0.8 };
  const rows = [base, { ...base, depth: 16, flops: 2e6 }, { ...base, width: 2, flops: 4e6, minivalTop1: 0.85 }].map(
    (row) => makeRow(row),
  );
  const finding = computeFindings(rows).findings.find(({ effect }) => effect !== null)!;
  expect(finding).toMatchObject({
    slug: 'depth-over-width',
    interval: null,
    correctedP: null,
    verdict: 'not-separable',
  });
  expect(finding.wouldSeparate).toMatchObject({ seeds: [1, 2] });
  expect(finding.wouldSeparate!.note).toContain('The noise is not known');
});

describe('ties', () => {
  test('all accuracies equal: no effect, no claim', () => {
    const rows = plantSurface({ seed: 4 }).rows.map((row) => ({ ...row, minivalTop1: 0.75 }));
    const report = computeFindings(rows);
    expectFinite(report);
    for (const slug of ['depth-over-width', 'winner-flips', 'resolution-gain', 'short-predicts-long', 'power-law']) {
      expect(verdicts(report, slug), slug).not.toContain('supported');
    }
    expect(verdicts(report, 'depth-over-width')).toEqual(['not-separable']);
  });

  test('a perfect accuracy has no log error, and is still a number', () => {
    const rows = plantSurface({ seed: 4 }).rows.map((row) => ({ ...row, minivalTop1: 1 }));
    expectFinite(computeFindings(rows));
  });
});

describe('an axis with one value', () => {
  test.each(['widths', 'depths', 'resolutions', 'epochs'] as const)('%s: no question about it is asked', (axis) => {
    const value = { widths: 1, depths: 14, resolutions: 20, epochs: 12 }[axis];
    const report = computeFindings(plantSurface({ seed: 5, [axis]: [value] }).rows);
    expectFinite(report);
    const about = {
      widths: ['width-gain', 'width-over-resolution', 'longer-over-width'],
      depths: ['depth-gain', 'depth-over-resolution', 'longer-over-depth'],
      resolutions: ['resolution-gain', 'depth-over-resolution', 'depth-lead-grows-with-resolution'],
      epochs: ['winner-flips', 'short-predicts-long', 'longer-over-depth'],
    }[axis];
    expect(report.findings.filter(({ slug, effect }) => about.includes(slug) && effect !== null)).toEqual([]);
  });

  test('a cost that does not vary compares nothing', () => {
    const rows = plantSurface({ seed: 6 }).rows.map((row) => ({ ...row, flops: 1e6 }));
    const report = computeFindings(rows);
    expectFinite(report);
    expect(
      report.findings
        .filter(({ axis, slug }) => axis === 'flops' && slug === 'depth-over-width')
        .every(({ effect }) => effect === null),
    ).toBe(true);
  });
});

describe('cells that are never compared', () => {
  const { rows } = plantSurface({ seed: 7, missing: 0 });
  const lead = (some: readonly ResultRow[]): number | null =>
    computeFindings(some).findings.find(({ id }) => id === 'depth-over-width/flops/epochs=36')!.effect;
  const shallower = lead(rows.filter((row) => row.depth < 32));

  test.each([
    ['another setting of the grid', { axes: { weightDecay: 1e-4 } }],
    ['another source', { source: 'imported' as const }],
  ])('%s: the deepest cells, far better by it, change nothing', (_, setting) => {
    const mixed = rows.map((row) => (row.depth === 32 ? { ...row, ...setting, minivalTop1: 0.99 } : row));
    expect(lead(mixed)).toBeCloseTo(shallower!, 9);
    expect(lead(rows.map((row) => (row.depth === 32 ? { ...row, minivalTop1: 0.99 } : row)))).toBeGreaterThan(5);
  });
});

test('the same cell and seed twice is one trial: the more precise value counts', () => {
  const cell = { width: 1, depth: 8, resolution: 28, epochs: 5, flops: 1e6, source: 'imported' as const };
  const report = computeFindings([
    makeRow({ ...cell, minivalTop1: 0.8, readingError: 0.01 }),
    makeRow({ ...cell, minivalTop1: 0.82, readingError: 0.001, stepMs: 4 }),
    makeRow({ ...cell, depth: 14, flops: 2e6, minivalTop1: 0.85, stepMs: 6 }),
  ]);
  expect(report.limits).toContain(
    '1 result of a cell and seed that another result has too: the more precise value was kept.',
  );
  expect(report.findings.find(({ id }) => id === 'depth-gain/flops/epochs=5')!.effect).toBeCloseTo(3, 9);
});
