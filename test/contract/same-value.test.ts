import { describe, expect, it } from 'vitest';
import { AxisNumbers, isSameValue } from '../../contract/index.ts';
import fc from '../support/property.ts';

describe('numbers of an axis', () => {
  it('are one within 1e-9 of the greater', () => {
    expect(isSameValue(0.3, 0.1 + 0.2)).toBe(true);
    expect(isSameValue(1e-5, 1.000_000_000_5e-5)).toBe(true);
    expect(isSameValue(1, 1.000_000_002)).toBe(false);
    expect(isSameValue(0, 1e-300)).toBe(false);
    expect(isSameValue(0.3, -0.3)).toBe(false);
  });

  it('become the one that came first, unless the store holds both', () => {
    const numbers = new AxisNumbers();
    expect([0.3, 0.1 + 0.2, -0.3, 0, 0.3].map((value) => numbers.settle(value))).toEqual([0.3, 0.3, -0.3, 0, 0.3]);
    const stored = new AxisNumbers([0.1 + 0.2, 0.3]);
    expect([0.3, 0.1 + 0.2].map((value) => stored.settle(value))).toEqual([0.3, 0.1 + 0.2]);
  });

  it('are found anywhere on the scale', () => {
    const value = fc.double({ min: 1e-12, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(value, fc.double({ min: -0.99, max: 0.99, noNaN: true }), (first, share) => {
        const second = first * (1 + share * 1e-9);
        fc.pre(isSameValue(first, second));
        const numbers = new AxisNumbers();
        numbers.settle(first);
        expect(numbers.settle(second)).toBe(first);
        expect(numbers.settle(first * (1 + 4e-9))).toBe(first * (1 + 4e-9));
      }),
    );
  });
});
