/** Bootstrap over cells, for effects that are not combinations of accuracies: fits, ranks, spreads. */
import { makeDraws } from './draws.ts';
import { central95 } from './percentile.ts';

export interface ResampleOptions {
  readonly seed: number;
  readonly replicates: number;
}

/** How often each cell was drawn. Reused from replicate to replicate. */
export type Times = Float64Array;

/**
 * Calls `statistic` with how often each of `count` cells was drawn, `replicates` times over; replicates in which it has
 * no value (`undefined`) are left out.
 */
export function resampleCells<T>(
  count: number,
  statistic: (times: Times) => T | undefined,
  options: ResampleOptions,
): T[] {
  const draws = makeDraws(options.seed);
  const values: T[] = [];
  const times = new Float64Array(count);
  for (let b = 0; b < options.replicates; b++) {
    times.fill(0);
    for (let i = 0; i < count; i++) times[draws.below(count)]!++;
    const value = statistic(times);
    if (value !== undefined) values.push(value);
  }
  return values;
}

/** Each cell once: the estimate itself. */
export function eachOnce(count: number): Times {
  return new Float64Array(count).fill(1);
}

/** 2.5 and 97.5 percentiles; `null` of fewer than 100 replicates. */
export function percentileInterval(values: readonly number[]): [number, number] | null {
  return values.length < 100 ? null : central95(Float64Array.from(values));
}
