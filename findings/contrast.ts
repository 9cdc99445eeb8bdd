/**
 * A contrast: an effect in points of top-1 and its derivative by every cell's accuracy. Small noise moves it linearly, so
 * its uncertainty follows from the cells' however often they are shared between comparisons.
 */
import type { Reading } from './arms.ts';

export interface Contrast {
  /** `null` when there was nothing to compare. */
  readonly effect: number | null;
  /** Positions of the cells that it depends on, and d effect / d top1 of each (points per fraction of 1). */
  readonly cells: Int32Array;
  readonly loads: Float64Array;
  readonly pairs: number;
}

/** A reading's part in a contrast. */
export interface Term {
  readonly reading: Reading;
  readonly weight: number;
}

const POINTS = 100;

/** From an effect and its derivatives, both in fractions of 1. What cancels to rounding error is left out. */
export function contrastFrom(effect: number, loads: ReadonlyMap<number, number>, pairs: number): Contrast {
  const left = [...loads].filter(([, load]) => Math.abs(load) > 1e-11);
  return {
    effect: pairs === 0 ? null : POINTS * effect,
    cells: Int32Array.from(left, ([cell]) => cell),
    loads: Float64Array.from(left, ([, load]) => POINTS * load),
    pairs,
  };
}

/** Sum over readings of `weight` x accuracy. */
export function combine(terms: Iterable<Term>, pairs: number): Contrast {
  const loads = new Map<number, number>();
  let effect = 0;
  for (const { reading, weight } of terms) {
    effect += weight * reading.top1;
    for (let i = 0; i < reading.cells.length; i++) {
      const { index } = reading.cells[i]!;
      loads.set(index, (loads.get(index) ?? 0) + weight * reading.loads[i]!);
    }
  }
  return contrastFrom(effect, loads, pairs);
}

/** One contrast less another. */
export function subtract(a: Contrast, b: Contrast): Contrast {
  const loads = new Map<number, number>();
  for (const [{ cells, loads: own }, sign] of [[a, 1] as const, [b, -1] as const]) {
    for (let i = 0; i < cells.length; i++)
      loads.set(cells[i]!, (loads.get(cells[i]!) ?? 0) + (sign * own[i]!) / POINTS);
  }
  const effect = a.effect === null || b.effect === null ? null : (a.effect - b.effect) / POINTS;
  return effect === null ? contrastFrom(0, loads, 0) : contrastFrom(effect, loads, a.pairs + b.pairs);
}
