/**
 * What counting images alone makes of an accuracy: a lower limit for noise that few degrees of freedom know. Two seeds that
 * tie, or four cells that happen to lie on a plane, are no proof that there is none.
 */
import type { MeasuredCell } from './cells.ts';

/** Assumed where a result doesn't say how many images it was chosen on. */
export const UNKNOWN_IMAGES = 10_000;

/** Mean over cells of p (1 - p) / images, two images of either kind added (Agresti & Coull 1998), so that 100 % has one too. */
export function countingVariance(cells: readonly MeasuredCell[], images: number): number {
  const each = cells.map(({ top1 }) => {
    const share = (Math.min(1, Math.max(0, top1)) * images + 2) / (images + 4);
    return (share * (1 - share)) / images;
  });
  return each.reduce((sum, variance) => sum + variance, 0) / cells.length;
}
