/**
 * Counter-based randomness: every draw is a function of (seed, path), so nothing has to be saved in a checkpoint and
 * no draw depends on how many came before it elsewhere. A path names what is drawn: `random(seed, 'shuffle', epoch)`.
 */

/** A stream of draws. Not for cryptography. */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  next(): number;
  /** Uniform integer in [0, bound). */
  below(bound: number): number;
  /** Standard normal (Box-Muller, one of the pair). */
  normal(): number;
}

/** FNV-1a over the path's parts, mixed with the seed: three hashes in one pass, since a stream begins with three. */
function hashPath(seed: number, path: readonly (string | number)[]): [number, number, number] {
  let a = 0x811c9dc5 ^ seed;
  let b = 0x811c9dc5 ^ seed ^ 0x9e3779b9;
  let c = 0x811c9dc5 ^ Math.floor(seed / 0x1_0000_0000) ^ 0x85ebca6b;
  for (const part of path) {
    // So that 1 and '1' are two paths.
    const text = typeof part === 'number' ? `#${part}` : `$${part}`;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      a = Math.imul(a ^ code, 0x01000193);
      b = Math.imul(b ^ code, 0x01000193);
      c = Math.imul(c ^ code, 0x01000193);
    }
    a = Math.imul(a ^ (a >>> 15), 0x2c1b3c6d);
    b = Math.imul(b ^ (b >>> 15), 0x2c1b3c6d);
    c = Math.imul(c ^ (c >>> 15), 0x2c1b3c6d);
  }
  return [a, b, c];
}

/** sfc32: 128 bits of state, all of them 32-bit integers. */
class Stream implements Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number, path: readonly (string | number)[]) {
    [this.#a, this.#b, this.#c] = hashPath(seed, path);
    for (let i = 0; i < 12; i++) this.next();
  }

  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 0x1_0000_0000;
  }

  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }
}

/** The stream of a seed and a path. */
export function random(seed: number, ...path: readonly (string | number)[]): Random {
  return new Stream(seed, path);
}

/** A permutation of 0..count-1 (Fisher-Yates). */
export function permutation(count: number, source: Random): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = source.below(i + 1);
    const held = order[i]!;
    order[i] = order[j]!;
    order[j] = held;
  }
  return order;
}
