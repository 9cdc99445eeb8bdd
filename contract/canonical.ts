import { createHash } from 'node:crypto';

/**
 * Canonical JSON: keys sorted, no white space, `undefined` left out, `-0` written as `0`. Two values have the same
 * canonical form exactly when they mean the same, however their keys were ordered or their numbers spelled.
 *
 * @throws {TypeError} on NaN, infinities, functions and other values that JSON cannot hold.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`Expected a finite number in canonical JSON, got ${value}`);
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object') {
    // Every trial is hashed wherever it arrives, so this is written for speed: no arrays of pairs, and `sort` in its own order.
    let text = '';
    for (const key of Object.keys(value).sort()) {
      const inner = (value as Readonly<Record<string, unknown>>)[key];
      if (inner !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(inner)}`;
    }
    return `{${text}}`;
  }
  throw new TypeError(`Expected a JSON value, got ${typeof value}`);
}

/** SHA-256 of the canonical form, in hex. */
export function contentHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
