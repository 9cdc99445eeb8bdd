import { createHash } from 'node:crypto';

/**
 * Canonical JSON: keys sorted, no white space, `undefined` left out, `-0` written as `0`. Two values have the same
 * canonical form exactly when they mean the same, however their keys were ordered or their numbers spelled.
 *
 * @throws {TypeError} on NaN, infinities, functions and other values that JSON cannot hold.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`Expected a finite number in canonical JSON, got ${value}`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object') {
    const entries = Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`);
    return `{${entries.join(',')}}`;
  }
  throw new TypeError(`Expected a JSON value, got ${typeof value}`);
}

/** SHA-256 of the canonical form, in hex. */
export function contentHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
