/**
 * Costs on a coarse logarithmic scale, 16 steps an octave: the first column of the indexes behind `best` and `pareto`.
 * Any monotone map would do; queries compare the exact cost as well.
 */

/** Of an unknown cost: beyond every budget. Buckets of finite costs lie within -17,200 and 16,400. */
export const UNKNOWN_BUCKET = 1_000_000;

export function bucketOf(cost: number | null | undefined): number {
  if (cost === null || cost === undefined || Number.isNaN(cost)) return UNKNOWN_BUCKET;
  if (cost <= 0) return -20_000;
  return Math.floor(16 * Math.log2(cost));
}
