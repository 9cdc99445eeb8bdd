/** Bootstrap over cells, for effects that are not combinations of accuracies: fits, ranks, spreads. */
import { makeDraws } from './draws.ts';
import { central95 } from './percentile.ts';

/** How often each cell was drawn. */
export type Times = Uint16Array;

export interface Resampling {
  readonly seed: number;
  readonly replicates: number;
  /** `replicates` draws of `count` cells with replacement, the same for every statistic of as many cells. */
  draw(count: number): readonly Times[];
}

/** Keeps the draws of the count that was asked for last: schedules of one grid have as many cells, and many questions. */
export function makeResampling({ seed, replicates }: { seed: number; replicates: number }): Resampling {
  let last: { count: number; times: Times[] } | undefined;
  return {
    seed,
    replicates,
    draw: (count) => {
      if (last?.count !== count) last = { count, times: drawTimes(count, seed, replicates) };
      return last.times;
    },
  };
}

function drawTimes(count: number, seed: number, replicates: number): Times[] {
  const draws = makeDraws(seed);
  return Array.from({ length: replicates }, () => {
    const times = new Uint16Array(count);
    for (let i = 0; i < count; i++) times[draws.below(count)]!++;
    return times;
  });
}

/** `statistic` of every draw of `count` cells; draws in which it has no value (`undefined`) are left out. */
export function resampleCells<T>(
  count: number,
  statistic: (times: Times) => T | undefined,
  resampling: Resampling,
): T[] {
  return resampling
    .draw(count)
    .map(statistic)
    .filter((value) => value !== undefined);
}

/** Each cell once: the estimate itself. */
export function eachOnce(count: number): Times {
  return new Uint16Array(count).fill(1);
}

/** 2.5 and 97.5 percentiles; `null` of fewer than 100 replicates. */
export function percentileInterval(values: readonly number[]): [number, number] | null {
  return values.length < 100 ? null : central95(Float64Array.from(values));
}
