import fc from '../support/property.ts';
import { describe, expect, test } from 'vitest';
import { formatAmount, formatSeconds, parseAmount } from '../../contract/index.ts';

describe('amounts', () => {
  test.each([
    [999_600_000, '1G'],
    [999_400_000, '999M'],
    [-999_600, '-1M'],
    [999.6, '1k'],
    [999.4, '999'],
    [17_490_000_000, '17.5G'],
    [0.12345, '0.123'],
    [0, '0'],
    [9.996e23, '1000Z'],
  ])('%d is %s', (amount, text) => {
    expect(formatAmount(amount)).toBe(text);
  });

  test('never show 1000 of a unit that has a larger one, and read back to three digits', () => {
    const nearBorders = fc
      .tuple(fc.integer({ min: 0, max: 7 }), fc.double({ min: 0.99, max: 1.01, noNaN: true }))
      .map(([power, share]) => 1000 ** power * share);
    const amounts = fc.oneof(nearBorders, fc.double({ min: 1, max: 9.99e23, noNaN: true }));
    fc.assert(
      fc.property(amounts, (amount) => {
        const text = formatAmount(amount);
        expect(Math.abs(Number.parseFloat(text))).toBeLessThan(1000);
        expect(Math.abs(parseAmount(text)! / amount - 1)).toBeLessThanOrEqual(0.0051);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});

describe('durations', () => {
  test.each([
    [0.9994, '999 ms'],
    [0.9996, '1 s'],
    [59.4, '59 s'],
    [59.6, '1 min 00 s'],
    [3599.6, '1 h 00 min'],
    [2 * 86_400 - 20, '2 d 0 h'],
    [3 * 86_400 - 60, '3 d 0 h'],
    [3 * 86_400 + 4 * 3600, '3 d 4 h'],
    [12 * 365.25 * 86_400, '12 years'],
  ])('%d s is %s', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });

  const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, min: 60, h: 3600, d: 86_400, years: 31_557_600 };
  /** Of a smaller unit there are fewer than make one of the next larger. */
  const MOST: Readonly<Record<string, number>> = { ms: 1000, s: 60, min: 60, h: 48, d: 731, years: Infinity };

  test('never show a whole larger unit in the smaller one, and are right to half of the smaller', () => {
    const nearBorders = fc
      .tuple(fc.constantFrom(1, 60, 3600, 86_400, 172_800, 63_115_200), fc.double({ min: -70, max: 70, noNaN: true }))
      .map(([border, off]) => Math.max(0, border + off));
    fc.assert(
      fc.property(fc.oneof(nearBorders, fc.double({ min: 0, max: 1e8, noNaN: true })), (seconds) => {
        const parts = [...formatSeconds(seconds).matchAll(/([\d.]+) (ms|s|min|h|d|years)/g)];
        expect(parts.length).toBeGreaterThan(0);
        for (const [i, [, count, unit]] of parts.entries()) {
          const isUnderDays = i > 0 && unit === 'h';
          expect(Number(count)).toBeLessThan(isUnderDays ? 24 : MOST[unit!]!);
        }
        const sum = parts.reduce((total, [, count, unit]) => total + Number(count) * SECONDS[unit!]!, 0);
        const smallest = SECONDS[parts.at(-1)![2]!]!;
        const allowed = parts.at(-1)![2] === 'years' ? 0.0051 * seconds : 0.5 * smallest + 30.5;
        expect(Math.abs(sum - seconds)).toBeLessThanOrEqual(
          parts.length === 1 ? Math.max(0.0051 * seconds, 0.51 * smallest) : allowed,
        );
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});
