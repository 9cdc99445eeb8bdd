import { createHash } from 'node:crypto';

/**
 * Canonical JSON: keys sorted, no white space, `undefined` left out, `-0` written as `0`. Two values have the same
 * canonical form exactly when they mean the same, however their keys were ordered or their numbers spelled.
 *
 * @param known the form of each object met so far, by those that hash many values with parts in common; nothing in it may have changed.
 * @throws {TypeError} on NaN, infinities, functions and other values that JSON cannot hold.
 */
export function canonicalJson(value: unknown, known?: WeakMap<object, string>): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`Expected a finite number in canonical JSON, got ${value}`);
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map((inner) => canonicalJson(inner, known)).join(',')}]`;
  if (typeof value === 'object') {
    // Every trial is hashed wherever it arrives, so this is written for speed: no arrays of pairs, and `sort` in its own order.
    const found = known?.get(value);
    if (found !== undefined) return found;
    let text = '';
    for (const key of Object.keys(value).sort()) {
      const inner = (value as Readonly<Record<string, unknown>>)[key];
      if (inner !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(inner, known)}`;
    }
    text = `{${text}}`;
    known?.set(value, text);
    return text;
  }
  throw new TypeError(`Expected a JSON value, got ${typeof value}`);
}

/** SHA-256 of the canonical form, in hex. `known` as for {@link canonicalJson}. */
export function contentHash(value: unknown, known?: WeakMap<object, string>): string {
  return createHash('sha256').update(canonicalJson(value, known)).digest('hex');
}
