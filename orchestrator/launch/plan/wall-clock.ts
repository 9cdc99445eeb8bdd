/** Trials that are placed one by one; of more, single ones do not show. */
const PLACED = 10_000;

/** How long trials take together on several workers: each goes to the first that is free, the longest first, as a sweep does it. */
export class WallClock {
  readonly #each: number[] = [];
  #sum = 0;
  #longest = 0;

  add(seconds: number): void {
    this.#sum += seconds;
    this.#longest = Math.max(this.#longest, seconds);
    if (this.#each.length <= PLACED) this.#each.push(seconds);
  }

  /** @returns seconds */
  with(workers: number): number {
    if (workers >= this.#each.length) return this.#longest;
    if (this.#each.length > PLACED) return Math.max(this.#sum / workers, this.#longest);
    const busy = Array.from({ length: workers }, () => 0);
    for (const seconds of this.#each.toSorted((a, b) => b - a)) {
      let first = 0;
      for (let i = 1; i < workers; i++) if (busy[i]! < busy[first]!) first = i;
      busy[first]! += seconds;
    }
    return Math.max(...busy);
  }
}
