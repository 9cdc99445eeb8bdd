import type { Dataset } from './dataset.ts';

interface Loaded {
  readonly dataset: Dataset;
  /** Memory that it holds. */
  readonly bytes: number;
  /** Closes its files; it stays usable, and opens them again. */
  readonly close?: () => void;
}

/** What one worker process may keep in memory besides the dataset in use. */
const MOST_BYTES = 1 << 30;

/** The datasets that a process has open, the least recently used forgotten first. Two requests for one load it once. */
export class OpenSets {
  readonly #mostBytes: number;
  /** In the order of their last use. */
  readonly #loading = new Map<string, Promise<Loaded>>();
  readonly #loaded = new Map<string, Loaded>();

  constructor(mostBytes: number = MOST_BYTES) {
    this.#mostBytes = mostBytes;
  }

  async get(key: string, load: () => Promise<Loaded>): Promise<Dataset> {
    const known = this.#loading.get(key);
    const loading = known ?? load();
    this.#loading.delete(key);
    this.#loading.set(key, loading);
    try {
      const loaded = await loading;
      if (this.#loading.get(key) === loading) this.#loaded.set(key, loaded);
      this.#forgetOldest();
      return loaded.dataset;
    } catch (error) {
      // The next request tries again: a missing file may be there by then.
      if (this.#loading.get(key) === loading) this.#forget(key);
      throw error;
    }
  }

  clear(): void {
    for (const key of this.#loading.keys()) this.#forget(key);
  }

  #forget(key: string): void {
    this.#loaded.get(key)?.close?.();
    this.#loading.delete(key);
    this.#loaded.delete(key);
  }

  #forgetOldest(): void {
    let held = [...this.#loaded.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    for (const key of [...this.#loading.keys()].slice(0, -1)) {
      if (held <= this.#mostBytes) return;
      held -= this.#loaded.get(key)?.bytes ?? 0;
      this.#forget(key);
    }
  }
}
