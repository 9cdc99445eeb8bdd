/** Percentiles of a sorted sample, by linear interpolation between order statistics (Hyndman & Fan's type 7). */
export function percentile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (position - below) * (high - low);
}

/** 2.5 and 97.5 percentiles. Sorts the sample in place. */
export function central95(sample: Float64Array): [low: number, high: number] {
  sample.sort();
  return [percentile(sample, 0.025), percentile(sample, 0.975)];
}
