import type { Dataset } from './dataset.ts';

interface Loaded {
  readonly dataset: Dataset;
  /** Memory that it holds. */
  readonly bytes: number;
}

/** What one worker process may keep in memory besides the dataset in use. */
const MOST_BYTES = 1 << 30;

/** The datasets that a process has open, the least recently used forgotten first. Two requests for one load it once. */
export class OpenSets {
  readonly #mostBytes: number;
  /** In the order of their last use. */
  readonly #loading = new Map<string, Promise<Loaded>>();
  readonly #bytes = new Map<string, number>();

  constructor(mostBytes: number = MOST_BYTES) {
    this.#mostBytes = mostBytes;
  }

  async get(key: string, load: () => Promise<Loaded>): Promise<Dataset> {
    const known = this.#loading.get(key);
    const loading = known ?? load();
    this.#loading.delete(key);
    this.#loading.set(key, loading);
    try {
      const { dataset, bytes } = await loading;
      if (this.#loading.get(key) === loading) this.#bytes.set(key, bytes);
      this.#forgetOldest();
      return dataset;
    } catch (error) {
      // The next request tries again: what was missing may have come.
      if (this.#loading.get(key) === loading) this.#forget(key);
      throw error;
    }
  }

  clear(): void {
    this.#loading.clear();
    this.#bytes.clear();
  }

  #forget(key: string): void {
    this.#loading.delete(key);
    this.#bytes.delete(key);
  }

  #forgetOldest(): void {
    let held = [...this.#bytes.values()].reduce((sum, bytes) => sum + bytes, 0);
    for (const key of [...this.#loading.keys()].slice(0, -1)) {
      if (held <= this.#mostBytes) return;
      held -= this.#bytes.get(key) ?? 0;
      this.#forget(key);
    }
  }
}
