/** Sums over pairs, as they come: half a million comparisons are never held at once. */
import type { Reading } from './arms.ts';
import type { MeasuredCell } from './cells.ts';
import { contrastFrom, type Contrast } from './contrast.ts';

/** One comparison at matched cost: the accuracy of one arm less that of the other. */
export interface Pair {
  readonly base: MeasuredCell;
  readonly cost: number;
  /** log2(cost / cost of the base): how many doublings the two strategies were given. */
  readonly doublings: number;
  readonly ahead: Reading;
  readonly behind: Reading;
}

export class PairSum {
  pairs = 0;
  doublings = 0;
  /** Sum of differences, fractions of 1. */
  #difference = 0;
  readonly #loads = new Map<number, number>();

  add({ doublings, ahead, behind }: Pair): void {
    this.pairs++;
    this.doublings += doublings;
    this.#difference += ahead.top1 - behind.top1;
    this.#addReading(ahead, 1);
    this.#addReading(behind, -1);
  }

  #addReading({ cells, loads }: Reading, sign: number): void {
    for (let i = 0; i < cells.length; i++) {
      const { index } = cells[i]!;
      this.#loads.set(index, (this.#loads.get(index) ?? 0) + sign * loads[i]!);
    }
  }

  /** Mean difference over the pairs, points. */
  mean(): Contrast {
    return PairSum.weigh([this], () => 1 / this.pairs);
  }

  /** Sum of differences over sum of doublings, points per doubling: a pair near its base has little weight. */
  perDoubling(): Contrast {
    return PairSum.weigh([this], () => 1 / this.doublings);
  }

  /** All their pairs in one sum. */
  static total(sums: readonly PairSum[]): PairSum {
    const total = new PairSum();
    for (const sum of sums) {
      total.pairs += sum.pairs;
      total.doublings += sum.doublings;
      total.#difference += sum.#difference;
      for (const [cell, load] of sum.#loads) total.#loads.set(cell, (total.#loads.get(cell) ?? 0) + load);
    }
    return total;
  }

  /** Mean difference over the pairs of all sums. */
  static meanOf(sums: readonly PairSum[]): Contrast {
    const pairs = sums.reduce((count, sum) => count + sum.pairs, 0);
    return PairSum.weigh(sums, () => 1 / pairs);
  }

  /** Slope of the difference over x by least squares over the pairs, points per unit of x; x is one value per sum. */
  static slopeOver(sums: readonly PairSum[], xs: readonly number[]): Contrast {
    const pairs = sums.reduce((count, sum) => count + sum.pairs, 0);
    const mean = sums.reduce((total, sum, i) => total + sum.pairs * xs[i]!, 0) / pairs;
    const spread = sums.reduce((total, sum, i) => total + sum.pairs * (xs[i]! - mean) ** 2, 0);
    return PairSum.weigh(spread < 1e-9 ? [] : sums, (i) => (xs[i]! - mean) / spread);
  }

  static weigh(sums: readonly PairSum[], weight: (position: number) => number): Contrast {
    const loads = new Map<number, number>();
    let difference = 0;
    let pairs = 0;
    for (const [i, sum] of sums.entries()) {
      const w = weight(i);
      difference += w * sum.#difference;
      pairs += sum.pairs;
      for (const [cell, load] of sum.#loads) loads.set(cell, (loads.get(cell) ?? 0) + w * load);
    }
    return contrastFrom(difference, loads, pairs);
  }
}
