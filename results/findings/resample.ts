/** Bootstrap over cells, for effects that are not combinations of accuracies: fits, ranks, spreads. */
import { quantile } from 'simple-statistics';
import { makeDraws } from './draws.ts';

/**
 * Calls `statistic` with how often each of `count` cells was drawn, `replicates` times over; replicates in which it has
 * no value (`undefined`) are left out.
 */
export function resampleCells(
  count: number,
  statistic: (times: readonly number[]) => number | undefined,
  options: { readonly seed: number; readonly replicates: number },
): number[] {
  const draws = makeDraws(options.seed);
  const values: number[] = [];
  for (let b = 0; b < options.replicates; b++) {
    const times = Array.from<number>({ length: count }).fill(0);
    for (let i = 0; i < count; i++) times[draws.below(count)]!++;
    const value = statistic(times);
    if (value !== undefined && Number.isFinite(value)) values.push(value);
  }
  return values;
}

/** 2.5 and 97.5 percentiles; `null` of fewer than 100 replicates. */
export function percentileInterval(values: readonly number[]): [number, number] | null {
  return values.length < 100 ? null : [quantile([...values], 0.025), quantile([...values], 0.975)];
}
