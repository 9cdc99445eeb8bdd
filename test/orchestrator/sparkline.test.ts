import { describe, expect, it } from 'vitest';
import { rangeOf, sparkline } from '../../orchestrator/cli/sparkline.ts';

describe('a sparkline', () => {
  it('has a bar per value, from the lowest to the highest', () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe('▁▂▃▄▅▆▇█');
    expect(sparkline([0.5, 0.5])).toBe('██');
  });

  it('is drawn on a range that several share', () => expect(sparkline([1, 2], 9, [0, 4])).toBe('▃▅'));

  it('leaves a gap for what was not measured, and has no range of nothing', () => {
    expect(sparkline([0, null, 7])).toBe('▁ █');
    expect(sparkline([])).toBe('');
    expect(rangeOf([null])).toEqual([Infinity, -Infinity]);
  });

  it('takes means where there are more values than bars', () => {
    expect(sparkline([0, 0, 7, 7], 2, [0, 7])).toBe('▁█');
    expect(
      sparkline(
        Array.from({ length: 300 }, (_, i) => i),
        30,
      ),
    ).toHaveLength(30);
  });
});
