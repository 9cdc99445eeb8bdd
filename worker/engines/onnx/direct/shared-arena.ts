import type { Address, Api } from './api.ts';

const ARENA_ALLOCATOR = 1;
const DEFAULT_MEMORY = 0;

/**
 * One arena for all sessions of a process, where each would otherwise have its own: a step and the evaluation after it never
 * run at the same time, and an arena keeps what it once had. It goes with the last session, so that a network finds nothing
 * of the one before in its way.
 */
export class SharedArena {
  readonly #api: Api;
  readonly #env: Address;
  readonly #memory: Address;
  #sessions = 0;

  constructor(api: Api, env: Address) {
    this.#api = api;
    this.#env = env;
    const made = new BigUint64Array(1);
    api.createCpuMemoryInfo(ARENA_ALLOCATOR, DEFAULT_MEMORY, made);
    this.#memory = made[0]!;
  }

  /** Before a session is made. */
  enter(): void {
    // `null`: an arena like a session's own.
    if (this.#sessions++ === 0) ifPossible(() => this.#api.createAndRegisterAllocator(this.#env, this.#memory, null));
  }

  /** After it has been released, or was not made after all. */
  leave(): void {
    if (--this.#sessions === 0) ifPossible(() => this.#api.unregisterAllocator(this.#env, this.#memory));
  }
}

/**
 * The environment is the process's, this class a thread's: another thread may have put its arena there, or taken it away. A
 * session keeps the one that it began with, and has its own where there was none.
 */
function ifPossible(change: () => void): void {
  try {
    change();
  } catch {
    // Memory is all that is at stake.
  }
}
