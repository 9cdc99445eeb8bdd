import fc from '../support/property.ts';
import { describe, expect, it } from 'vitest';
import { canonicalJson, contentHash, formatAmount, parseAmount } from '../../contract/index.ts';

describe('canonicalJson', () => {
  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
      }),
    );
  });

  it('parses back to an equal value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('writes a number in one way, however it was spelled', () => {
    expect(canonicalJson([1.0, 1, 0.1e1, -0])).toBe('[1,1,1,0]');
    expect(contentHash({ a: 2_000 })).toBe(contentHash({ a: 2e3 }));
  });

  it('refuses what JSON cannot hold', () => {
    expect(() => canonicalJson(Number.NaN)).toThrow(/finite number/);
    expect(() => canonicalJson(() => 1)).toThrow(/JSON value/);
  });
});

describe('amounts', () => {
  it.each([
    ['500M', 5e8],
    ['2G', 2e9],
    ['1.5T', 1.5e12],
    ['1e12', 1e12],
    ['4B', 4e9],
    ['812', 812],
    ['.5k', 500],
    ['2.01k', 2010],
    ['1.5e3k', 1.5e6],
  ])('reads %s', (text, amount) => expect(parseAmount(text)).toBe(amount));

  it.each(['', '2 Gi', 'G', '-3', '1e999', '2GG', 'NaN'])('refuses %j', (text) =>
    expect(parseAmount(text)).toBeUndefined(),
  );

  it('prints three digits and a suffix', () => {
    expect([17.49e9, 35.69e6, 812, 0.1131e9].map(formatAmount)).toEqual(['17.5G', '35.7M', '812', '113M']);
  });
});
