import { createHash } from 'node:crypto';
import type { CompileOptions } from './tensors.ts';

/** What a pool can keep. */
export interface Poolable {
  run(...args: never): Promise<unknown>;
  /** Lets go of what its last run was given. */
  forget(): void;
  close(): Promise<void>;
}

type Create<S> = (model: Uint8Array, device: string, threads: number, options: CompileOptions) => Promise<S>;

interface Kept<S> {
  readonly key: string;
  readonly session: S;
}

/**
 * Sessions that are used again: compiling a graph takes longer than building it, and consecutive trials of one network and batch
 * have the very same graph, since rates and decays are inputs of the step. A session has no state but its scratch memory, so
 * that numbers do not depend on who used it before.
 *
 * Only what the trial before left is kept, and it is closed before any other graph is compiled: two networks are never in
 * memory at once on account of the pool.
 */
export class SessionPool<S extends Poolable> {
  readonly #create: Create<S>;
  #idle: Kept<S>[] = [];
  #isKeeping = false;
  /** Whether anything went wrong since a session was lent is told by this count. */
  #failures = 0;

  constructor(create: Create<S>) {
    this.#create = create;
  }

  /** From now until `close`, sessions that are closed are kept for the next user. */
  keep(): void {
    this.#isKeeping = true;
  }

  /** A session of the model, all to the caller's own until it closes it. */
  async open(
    model: Uint8Array,
    device: string,
    threads: number,
    options: CompileOptions = {},
  ): Promise<Pick<S, 'run' | 'close'>> {
    const key = `${createHash('sha256').update(model).digest('hex')} ${device} ${threads} ${JSON.stringify(options)}`;
    const found = this.#idle.find((kept) => kept.key === key);
    if (found !== undefined) {
      this.#idle = this.#idle.filter((kept) => kept !== found);
      return this.#lend(found);
    }
    await this.#closeIdle();
    return this.#lend({ key, session: await this.#create(model, device, threads, options) });
  }

  async close(): Promise<void> {
    this.#isKeeping = false;
    await this.#closeIdle();
  }

  #lend(kept: Kept<S>): Pick<S, 'run' | 'close'> {
    const { session } = kept;
    const failuresBefore = this.#failures;
    let isOpen = true;
    const run = async (...args: never): Promise<unknown> => {
      try {
        return await session.run(...args);
      } catch (error) {
        // Out of memory, or a lost device: what others were lent may not be whole either.
        this.#failures++;
        throw error;
      }
    };
    const close = async (): Promise<void> => {
      if (!isOpen) return;
      isOpen = false;
      if (!this.#isKeeping || this.#failures !== failuresBefore) return session.close();
      session.forget();
      this.#idle.push(kept);
    };
    return { run, close };
  }

  async #closeIdle(): Promise<void> {
    for (const { session } of this.#idle.splice(0)) await session.close();
  }
}
