/**
 * A contrast: an effect in points of top-1 and its derivative by every cell's accuracy. Small noise moves it linearly, so
 * its uncertainty follows from the cells' however often they are shared between comparisons.
 */
import type { Reading } from './arms.ts';
import type { MeasuredCell } from './cells.ts';
import type { Scope } from './finding.ts';

export interface Contrast {
  /** `null` when there was nothing to compare. */
  readonly effect: number | null;
  /** Positions of the cells that it depends on, and d effect / d top1 of each (points per fraction of 1). */
  readonly cells: Int32Array;
  readonly loads: Float64Array;
  readonly pairs: number;
}

export interface ScopedContrast {
  readonly scope: Scope;
  readonly contrast: Contrast;
}

/** One comparison at matched cost: the accuracy of one arm less that of the other. */
export interface Pair {
  readonly base: MeasuredCell;
  readonly cost: number;
  /** log2(cost / cost of the base): how many doublings the two strategies were given. */
  readonly doublings: number;
  readonly ahead: Reading;
  readonly behind: Reading;
}

/** A reading's part in a contrast. */
interface Term {
  readonly reading: Reading;
  readonly weight: number;
}

const POINTS = 100;

/** Sum over readings of `weight` x accuracy, in points. */
export function combine(terms: Iterable<Term>, pairs: number): Contrast {
  const loads = new Map<number, number>();
  let effect = 0;
  for (const { reading, weight } of terms) {
    effect += POINTS * weight * reading.top1;
    for (const [cell, load] of reading.loads) {
      loads.set(cell.index, (loads.get(cell.index) ?? 0) + POINTS * weight * load);
    }
  }
  // What cancels to rounding error is gone: a base cell shared by two arms, say.
  const left = [...loads].filter(([, load]) => Math.abs(load) > 1e-9);
  return {
    effect: pairs === 0 ? null : effect,
    cells: Int32Array.from(left, ([cell]) => cell),
    loads: Float64Array.from(left, ([, load]) => load),
    pairs,
  };
}

/** Sum over pairs of `weight(pair)` x (ahead - behind). */
export function weighPairs(pairs: readonly Pair[], weight: (pair: Pair) => number): Contrast {
  return combine(bothSides(pairs, weight), pairs.length);
}

function* bothSides(pairs: readonly Pair[], weight: (pair: Pair) => number): Generator<Term> {
  for (const pair of pairs) {
    yield { reading: pair.ahead, weight: weight(pair) };
    yield { reading: pair.behind, weight: -weight(pair) };
  }
}

/** Mean difference over the pairs, points. */
export function meanDifference(pairs: readonly Pair[]): Contrast {
  return weighPairs(pairs, () => 1 / pairs.length);
}

/** Sum of differences over sum of doublings, points per doubling: a pair near its base has little say. */
export function differencePerDoubling(pairs: readonly Pair[]): Contrast {
  const doublings = pairs.reduce((sum, pair) => sum + pair.doublings, 0);
  return weighPairs(pairs, () => 1 / doublings);
}

/** Slope of the difference over `x` by least squares, points per unit of `x`; nothing when `x` is constant. */
export function slopeOver(pairs: readonly Pair[], x: (pair: Pair) => number): Contrast {
  const mean = pairs.reduce((sum, pair) => sum + x(pair), 0) / pairs.length;
  const spread = pairs.reduce((sum, pair) => sum + (x(pair) - mean) ** 2, 0);
  return spread < 1e-9 ? weighPairs([], () => 0) : weighPairs(pairs, (pair) => (x(pair) - mean) / spread);
}

/** One contrast less another. */
export function subtract(a: Contrast, b: Contrast): Contrast {
  const loads = new Map<number, number>();
  for (const [contrast, sign] of [
    [a, 1],
    [b, -1],
  ] as const) {
    for (const [i, cell] of contrast.cells.entries()) {
      loads.set(cell, (loads.get(cell) ?? 0) + sign * contrast.loads[i]!);
    }
  }
  return {
    effect: a.effect === null || b.effect === null ? null : a.effect - b.effect,
    cells: Int32Array.from(loads.keys()),
    loads: Float64Array.from(loads.values()),
    pairs: a.pairs + b.pairs,
  };
}
