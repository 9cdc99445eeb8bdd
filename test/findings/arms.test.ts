import fc from '../support/property.ts';
import { describe, expect, test } from 'vitest';
import { makeArm, readArm, type Arm } from '../../findings/arms.ts';
import { linesAlong, measureCells } from '../../findings/cells.ts';
import { makeRow } from '../support/planted-surface.ts';

/** An arm along depth with given costs and errors. */
function armOf(costs: readonly number[], errorAt: (cost: number, position: number) => number): Arm {
  const rows = costs.map((flops, i) =>
    makeRow({ width: 1, depth: i + 1, resolution: 28, epochs: 5, flops, minivalTop1: 1 - errorAt(flops, i) }),
  );
  const [line] = linesAlong(measureCells(rows).cells, 'depth').values();
  return makeArm(line!, 'flops');
}

const error = (arm: Arm, cost: number): number => 1 - readArm(arm, cost)!.top1;

test('a power law is read exactly anywhere between its cells, at any spacing', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 10_000 }), { minLength: 2, maxLength: 7 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (costs, share) => {
        const sorted = costs.toSorted((a, b) => a - b);
        const [low, high] = [sorted[0]!, sorted.at(-1)!];
        const cost = low * (high / low) ** share;
        fc.pre(cost >= low && cost <= high);
        expect(
          error(
            armOf(sorted, (c) => 0.6 * c ** -0.2),
            cost,
          ),
        ).toBeCloseTo(0.6 * cost ** -0.2, 9);
      },
    ),
  );
});

test('a law with a kink at a cell is read exactly on both sides of it', () => {
  const law = (cost: number): number => 0.5 * Math.min(cost, 8) ** -0.3 * Math.max(1, cost / 8) ** -0.05;
  const arm = armOf([1, 2, 4, 8, 16, 32], law);
  for (const cost of [1.5, 3, 6, 12, 24]) expect(error(arm, cost)).toBeCloseTo(law(cost), 9);
});

test('a law that flattens out is read closer than by a straight line', () => {
  const law = (cost: number): number => 0.1 + 0.4 * cost ** -0.5;
  const arm = armOf([1, 2, 4, 8, 16], law);
  for (const cost of [2.8, 5.6]) {
    const [a, b] = cost < 4 ? [2, 4] : [4, 8];
    const straight = Math.sqrt(law(a) * law(b));
    expect(Math.abs(error(arm, cost) - law(cost))).toBeLessThan(0.6 * Math.abs(straight - law(cost)));
  }
});

test('at a cell the reading is the cell', () => {
  const arm = armOf([1, 2, 4], (_, i) => [0.5, 0.4, 0.38][i]!);
  expect(readArm(arm, 2)).toMatchObject({ top1: 0.6, loads: [1] });
});

test('nothing is read outside the costs of the arm', () => {
  const arm = armOf([2, 4], () => 0.5);
  expect(readArm(arm, 1.99)).toBeUndefined();
  expect(readArm(arm, 4.01)).toBeUndefined();
  expect(readArm(makeArm([], 'flops'), 1)).toBeUndefined();
});

test('two cells that crowd together do not bend a wide gap beside them', () => {
  const arm = armOf([1, 10, 10.2], (_, i) => [0.5, 0.4, 0.35][i]!);
  expect(error(arm, Math.sqrt(10))).toBeCloseTo(Math.sqrt(0.5 * 0.4), 9);
});

describe('loads', () => {
  test('are the derivatives of the reading by the accuracy of each cell', () => {
    const errors = [0.5, 0.42, 0.36, 0.33, 0.31];
    const arm = armOf([1, 2, 4, 8, 16], (_, i) => errors[i]!);
    const reading = readArm(arm, 5)!;
    for (const [i, cell] of reading.cells.entries()) {
      const nudged = armOf([1, 2, 4, 8, 16], (_, j) => errors[j]! - (j + 1 === cell.depth ? 1e-6 : 0));
      expect((readArm(nudged, 5)!.top1 - reading.top1) / 1e-6).toBeCloseTo(reading.loads[i]!, 4);
    }
  });
});

test('a cell that costs no more than a smaller one has no place on the arm, nor has one without a cost', () => {
  expect(armOf([1, 3, 2, 3, 5], () => 0.5).costs).toEqual([1, 3, 5]);
  const rows = [1, 2].map((depth) => makeRow({ width: 1, depth, resolution: 28, epochs: 5, minivalTop1: 0.5 }));
  expect(makeArm(measureCells(rows).cells, 'flops').cells).toEqual([]);
});
