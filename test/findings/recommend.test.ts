import { describe, expect, test } from 'vitest';
import { computeFindings, outsideRange } from '../../findings/index.ts';
import { plantSurface } from '../support/planted-surface.ts';
import { publishedRows } from '../support/published.ts';

const figure3 = publishedRows('figure3.csv');
const base = { width: 1, depth: 101, resolution: 224 };

test('at 350 epochs the paper scales depth before width from its base network, at 10 epochs width before depth', () => {
  const scaled = (epochs: number): string[] =>
    computeFindings(figure3, { from: { ...base, epochs }, budget: { stepMs: 250 } })
      .recommendation.options.map(({ strategy }) => strategy)
      .filter((strategy) => strategy !== 'resolution');
  expect(scaled(350)).toEqual(['depth', 'width']);
  expect(scaled(10)).toEqual(['width', 'depth']);
});

test('the strategies are compared at one cost, within the budget, with gains over the starting cell', () => {
  const { recommendation } = computeFindings(figure3, {
    from: { ...base, epochs: 350 },
    budget: { flops: 64e9 },
  });
  expect(recommendation.axis).toBe('flops');
  expect(recommendation.cost).toBe(32.85e9);
  expect(recommendation.options.map(({ strategy }) => strategy).sort()).toEqual(['depth', 'resolution', 'width']);
  for (const { gain, interval, reaches } of recommendation.options) {
    expect(interval![0]).toBeLessThan(gain);
    expect(interval![1]).toBeGreaterThan(gain);
    expect(reaches.epochs).toBe(350);
  }
  expect(recommendation.text).toContain('Points of top-1 gained at 32.9G FLOPs');
});

test('its evidence names findings of the report', () => {
  const { recommendation, findings } = computeFindings(figure3, {
    from: { ...base, epochs: 10 },
    budget: { stepMs: 500 },
  });
  const ids = new Set(findings.map(({ id }) => id));
  expect(recommendation.evidence.length).toBeGreaterThan(4);
  for (const { finding } of recommendation.evidence) expect(ids).toContain(finding);
  expect(
    recommendation.evidence.find(({ finding }) => finding === 'winner-flips/stepMs/epochs=10-350')!.says,
  ).toContain('misleads');
  expect(recommendation.limits.join(' ')).toContain('the winner can change with longer training');
  expect(recommendation.limits.join(' ')).toContain('step time above 385 is not answered for');
});

test('training longer is an option on train FLOPs', () => {
  const { recommendation } = computeFindings(figure3, {
    from: { ...base, epochs: 10 },
    budget: { trainFlops: 1e30 },
  });
  expect(recommendation.scale).toBe('epochs');
});

describe('questions outside the range of the design are refused', () => {
  test.each([
    [{ ...base, epochs: 1000 }, 'epochs 1000 lies outside the trained 10 to 350.'],
    [{ ...base, depth: 50, epochs: 10 }, 'depth 50 lies outside the trained 101 to 400.'],
    [
      { width: 1.25, depth: 101, resolution: 224, epochs: 10 },
      'The cell (width 1.25, depth 101, 224 pixels, 10 epochs) was not trained.',
    ],
  ])('%j', (from, reason) => {
    const { recommendation } = computeFindings(figure3, { from });
    expect(recommendation.scale).toBeNull();
    expect(recommendation.text).toBe(`No recommendation: ${reason}`);
  });

  test('a budget below every bigger cell', () => {
    const { recommendation } = computeFindings(figure3, { budget: { flops: 1e9 } });
    expect(recommendation.text).toBe(
      'No recommendation: No cell bigger along one axis alone was trained within the budget.',
    );
  });

  test('the range says which side is left, and that a cost is not known', () => {
    const { hull } = computeFindings(figure3.map((row) => ({ ...row, stepMs: null })));
    expect(outsideRange(hull!, { width: 1.7, flops: 2e10 })).toEqual([]);
    expect(outsideRange(hull!, { width: 4, stepMs: 3, flops: 1e12 })).toEqual([
      'width 4 lies outside the trained 1 to 2.',
      'No trained cell has a stepMs.',
      'flops 1.00e+12 lies outside the trained 5.29e+9 to 1.31e+11.',
    ]);
  });
});

test('a planted winner is recommended, and separated', () => {
  const { rows } = plantSurface({
    seed: 2,
    flipAt: 1,
    strength: 0.03,
    noise: 0.1,
    missing: 0,
    resolutionExponents: [0.05, 0.05],
  });
  const { recommendation } = computeFindings(rows, { from: { width: 0.5, depth: 8, resolution: 20, epochs: 36 } });
  expect(recommendation).toMatchObject({ scale: 'depth', isSeparated: true });
  expect(recommendation.text).toContain('scale depth next');
});

test('level strategies are named together', () => {
  const { rows } = plantSurface({ seed: 2, noise: 0.5, missing: 0 });
  const { recommendation } = computeFindings(rows, { from: { width: 0.5, depth: 8, resolution: 14, epochs: 36 } });
  expect(recommendation.isSeparated).toBe(false);
  expect(recommendation.text).toMatch(/scale \w+ or \w+.* next; the data cannot tell which/);
});
