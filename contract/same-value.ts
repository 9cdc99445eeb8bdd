/** Numbers of an axis that are one value although their digits differ: 0.3 and 0.1 + 0.2 = 0.30000000000000004. */

/** Of the greater of two numbers: nearer to each other than this, they are the same value. */
export const SAME_WITHIN = 1e-9;

export function isSameValue(a: number, b: number): boolean {
  return a === b || Math.abs(a - b) <= SAME_WITHIN * Math.max(Math.abs(a), Math.abs(b));
}

/** The values of one axis: a number that is the same value as an earlier one becomes that one. */
export class AxisNumbers {
  /** Values by their place on a logarithmic scale with steps of the tolerance: the same value lies a step away, or by rounding two. */
  readonly #places = new Map<string, number>();
  readonly #kept: ReadonlySet<number>;

  /** @param kept values that stay apart even if they are near each other: a store may hold both from before. */
  constructor(kept: Iterable<number> = []) {
    this.#kept = new Set(kept);
    for (const value of this.#kept) this.settle(value);
  }

  settle(value: number): number {
    const place = Math.round(Math.log(Math.abs(value)) / SAME_WITHIN);
    const keyOf = (step: number): string => `${Math.sign(value)} ${place + step}`;
    const near = [0, -1, 1, -2, 2]
      .map((step) => this.#places.get(keyOf(step)))
      .find((known) => known !== undefined && isSameValue(known, value));
    if (near === undefined) this.#places.set(keyOf(0), value);
    return near === undefined || this.#kept.has(value) ? value : near;
  }
}
