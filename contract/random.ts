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

/** FNV-1a over the path's parts, mixed with the seed. */
function hashPath(seed: number, path: readonly (string | number)[]): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (const part of path) {
    const text = typeof part === 'number' ? `#${part}` : `$${part}`;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
  }
  return hash;
}

/** The stream of a seed and a path. 128 bits of state (sfc32), initialised from the path's hash. */
export function random(seed: number, ...path: readonly (string | number)[]): Random {
  let a = hashPath(seed, path);
  let b = hashPath(seed ^ 0x9e3779b9, path);
  let c = hashPath(Math.floor(seed / 0x1_0000_0000) ^ 0x85ebca6b, path);
  let counter = 1;
  const draw = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i++) draw();
  const next = (): number => draw() / 0x1_0000_0000;
  return {
    next,
    below: (bound) => Math.floor(next() * bound),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
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
