import { describe, expect, it } from 'vitest';
import { WallClock } from '../../orchestrator/launch/plan/wall-clock.ts';

function wall(seconds: readonly number[], workers: number): number {
  const clock = new WallClock();
  for (const each of seconds) clock.add(each);
  return clock.with(workers);
}

describe('the time of trials on several workers', () => {
  it.each<[string, number[], number, number]>([
    ['nothing', [], 4, 0],
    ['one after the other', [3, 1, 2], 1, 6],
    ['three equal ones on two', [10, 10, 10], 2, 20],
    ['no less than the longest', [100, 1, 1], 16, 100],
    ['the longest first', [1, 2, 3, 4, 5, 6, 7], 3, 10],
  ])('%s', (_, seconds, workers, expected) => expect(wall(seconds, workers)).toBe(expected));

  it('is shared evenly among very many', () => {
    const seconds = Array.from({ length: 20_000 }, (_, i) => (i === 0 ? 500 : 1));
    expect(wall(seconds, 10)).toBeCloseTo(2049.9);
    expect(wall(seconds, 1000)).toBe(500);
  });
});
