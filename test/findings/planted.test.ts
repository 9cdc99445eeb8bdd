/**
 * The short form of bench/coverage.ts: on planted surfaces intervals cover what they say, nothing is claimed where there
 * is nothing, and flips are placed right. A bound is broken only by counts that a coverage within 93-97 % (a false-claim
 * rate of at most 5 %) would give less than once in a thousand; draws are seeded, so a run is the same every time.
 */
import { describe, expect, test, vi } from 'vitest';
import { computeFindings, questionSlugs } from '../../findings/index.ts';
import { binomialAtLeast, binomialAtMost } from '../support/binomial.ts';
import { tally, type Tally } from '../support/coverage.ts';
import { plantSurface } from '../support/planted-surface.ts';
import { COMPUTES_A_WHILE } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: COMPUTES_A_WHILE, hookTimeout: COMPUTES_A_WHILE });

const DRAWS = 40;
const SMALL = { replicates: 400 };
const RARE = 0.001;

function expectCoverage(result: Tally): void {
  for (const [question, { hits, of }] of Object.entries(result.covered)) {
    const share = `${question}: ${hits} of ${of}`;
    expect(binomialAtMost(hits, of, 0.93), `${share} is too few`).toBeGreaterThan(RARE);
    expect(binomialAtLeast(hits, of, 0.97), `${share} is too many`).toBeGreaterThan(RARE);
  }
}

describe('no difference between depth and width', () => {
  test.each([
    ['unequal seeds and missing cells', {}],
    ['one seed a cell', { seedsPerCell: [1, 1] as const }],
  ])('%s: intervals cover the truth, and next to nothing is claimed', (_, planted) => {
    const result = tally(DRAWS, planted, SMALL);
    expectCoverage(result);
    const { hits, of } = result.falseClaims;
    expect(of).toBe(DRAWS);
    expect(binomialAtLeast(hits, of, 0.05), `${hits} of ${of} draws with a false claim`).toBeGreaterThan(RARE);
  });
});

test('a flip at 12 epochs is claimed, and placed in a bracket that holds it', () => {
  const result = tally(DRAWS, { flipAt: 12 }, SMALL);
  expectCoverage(result);
  expect(result.flips).toEqual({ claimed: DRAWS, right: DRAWS, wrong: 0, of: DRAWS });
});

test('a flip between two schedules is placed between these two', () => {
  const { rows } = plantSurface({ seed: 5, epochs: [4, 8, 16, 32, 64], flipAt: 11, noise: 0.1, strength: 0.04 });
  const flip = computeFindings(rows).findings.find(({ slug, axis }) => slug === 'winner-flips' && axis === 'flops')!;
  expect(flip.verdict).toBe('supported');
  expect(flip.scope['epochs']).toEqual([8, 16]);
  expect(flip.note).toMatch(/^Ahead: width at 4 .*, width at 8 .*, depth at 16 .*, depth at 32 .*, depth at 64 /);
});

test('without a flip, one winner at every schedule contradicts it', () => {
  const { rows } = plantSurface({ seed: 6, flipAt: 1, noise: 0.1, strength: 0.05 });
  const flip = computeFindings(rows).findings.find(({ slug, axis }) => slug === 'winner-flips' && axis === 'flops')!;
  expect(flip.verdict).toBe('contradicted');
});

test('returns of the resolution that break off at 20 pixels are found there, and not elsewhere', () => {
  const { rows } = plantSurface({
    seed: 7,
    resolutions: [10, 14, 20, 28, 40],
    resolutionExponents: [0.3, 0.05],
    resolutionBreak: 20,
    noise: 0.1,
  });
  const { findings } = computeFindings(rows);
  const at = (beyond: number): number =>
    findings.find(({ id }) => id === `resolution-returns-diminish/flops/epochs=36,beyond=${beyond}`)!.effect!;
  expect(at(20)).toBeGreaterThan(2 * Math.max(at(14), at(28)));
});

test('the power law of a planted surface has its exponent inside the interval, and no break is claimed', () => {
  const { rows } = plantSurface({ seed: 8, noise: 0.2 });
  const { findings } = computeFindings(rows);
  const law = findings.find(({ id }) => id === 'power-law/flops/epochs=36')!;
  expect(law.interval![0]).toBeLessThan(0.2);
  expect(law.interval![1]).toBeGreaterThan(0.2);
  expect(findings.find(({ id }) => id === 'power-law-breaks/flops/epochs=36')!.verdict).toBe('not-separable');
});

test('the same rows in any order, and the same seed, give the same report', () => {
  const { rows } = plantSurface({ seed: 9 });
  const first = computeFindings(rows);
  expect(computeFindings(rows)).toEqual(first);
  expect(computeFindings(rows.toReversed())).toEqual(first);
  const other = computeFindings(rows, { seed: 2 });
  expect(other.findings.map(({ effect }) => effect)).toEqual(first.findings.map(({ effect }) => effect));
  expect(other).not.toEqual(first);
});

test('a question asked by itself has the answer that it has among all', () => {
  const { rows } = plantSurface({ seed: 10, flipAt: 12 });
  const all = computeFindings(rows).findings;
  expect(new Set(all.map(({ slug }) => slug))).toEqual(
    new Set(questionSlugs.filter((slug) => slug !== 'over-fitting')),
  );
  for (const slug of ['winner-flips', 'resolution-gain', 'power-law-breaks', 'short-predicts-long']) {
    expect(computeFindings(rows, { questions: [slug] }).findings).toEqual(
      all.filter((finding) => finding.slug === slug),
    );
  }
});
