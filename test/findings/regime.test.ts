import { describe, expect, test } from 'vitest';
import type { EpochMetrics } from '../../contract/index.ts';
import { random } from '../../contract/index.ts';
import { computeFindings } from '../../findings/index.ts';
import { readCurve } from '../../findings/regime.ts';
import { makeRow } from '../support/planted-surface.ts';

/** A curve of 30 epochs with a little noise; accuracies as functions of the share of training done. */
function curve(
  minival: (share: number) => number,
  trainLoss: (share: number) => number,
  seed = 1,
  epochs = 30,
): EpochMetrics[] {
  const draws = random(seed, 'curve');
  return Array.from({ length: epochs }, (_, i) => ({
    epoch: i + 1,
    step: (i + 1) * 10,
    learningRate: 0.1,
    trainLoss: trainLoss((i + 1) / epochs),
    trainTop1: null,
    minivalLoss: null,
    minivalTop1: minival((i + 1) / epochs) + 0.003 * draws.normal(),
    seconds: 1,
  }));
}

const falling = (share: number): number => 1 - share;
const rising = (share: number): number => 0.5 + 0.4 * share;
const saturating = (share: number): number => 0.5 + 0.4 * Math.min(1, 2 * share);
const peaking = (share: number): number => 0.8 - 0.4 * (share - 0.4) ** 2;

describe('readCurve', () => {
  test.each([
    ['minival falls from its peak while training fits', 'over-fitting', peaking, falling],
    ['minival falls and so does training: not over-fitting', 'level', peaking, (share: number) => share],
    ['minival rises to the end', 'still-learning', rising, falling],
    ['minival saturates', 'level', saturating, falling],
  ] as const)('%s: %s', (_, regime, minival, train) => {
    for (const seed of [1, 2, 3]) expect(readCurve(curve(minival, train, seed))?.regime).toBe(regime);
  });

  test('says where the peak was, and how far minival fell from it', () => {
    const read = readCurve(curve(peaking, falling))!;
    expect(Math.abs(read.peakEpoch - 12)).toBeLessThanOrEqual(3);
    expect(read.fall).toBeGreaterThan(10);
    expect(read.fall).toBeLessThan(14.4);
  });

  test('a level curve of pure noise is taken for over-fitting in few of 200 draws', () => {
    const regimes = Array.from({ length: 200 }, (_, seed) => readCurve(curve(() => 0.8, falling, seed))!.regime);
    expect(regimes.filter((regime) => regime === 'over-fitting').length).toBeLessThanOrEqual(10);
  });

  test('five epochs are no curve', () => {
    expect(readCurve(curve(peaking, falling, 1, 5))).toBeUndefined();
  });
});

test('cells and schedules are labelled, with the gap between training and minival', () => {
  const cells = [8, 14].flatMap((depth) =>
    [4, 36].map((epochs) =>
      makeRow({ width: 1, depth, resolution: 28, epochs, flops: depth * 1e6, minivalTop1: 0.8, trainTop1: 0.95 }),
    ),
  );
  const curves = new Map(cells.map((row) => [row.id, curve(row.epochs === 36 ? peaking : rising, falling)]));
  const { regimes, findings } = computeFindings(cells, { curves });
  expect(regimes.map(({ epochs, regime }) => [epochs, regime])).toEqual(
    expect.arrayContaining([
      [4, 'still-learning'],
      [36, 'over-fitting'],
    ]),
  );
  for (const { gap } of regimes) expect(gap).toBeCloseTo(15, 9);
  const share = (epochs: number): number =>
    findings.find(({ id }) => id === `over-fitting/flops/epochs=${epochs}`)!.effect!;
  expect([share(4), share(36)]).toEqual([0, 1]);
});

test('without curves the gap is kept and the regime unknown, so that nothing is claimed', () => {
  const rows = [8, 14].map((depth) =>
    makeRow({ width: 1, depth, resolution: 28, epochs: 5, minivalTop1: 0.8, trainTop1: 0.9 }),
  );
  const { regimes, findings } = computeFindings(rows);
  expect(regimes.map(({ regime }) => regime)).toEqual(['unknown', 'unknown']);
  expect(findings.filter(({ slug }) => slug === 'over-fitting')).toEqual([]);
});
