/**
 * Cells that may truly be the best: the truly best one is among them, or is the chosen one, in 95 % of cases.
 *
 * The chosen cell is the highest of many, so each comparison with it has to allow for the luck of the others: multiple
 * comparisons with the best (Hsu 1981, "Simultaneous confidence intervals for all distances from the 'best'"), one-sided,
 * with Sidak's quantile, which unequal variances keep safe. As many comparisons count as are left in: cells that the
 * wider margin excludes are no rivals, and the margin is taken again without them.
 */
import { critical, type Measured, type NoiseModel } from './noise.ts';

const ALPHA = 0.05;
/** For the last digit: equal means of equal seeds in another order. */
const TIE = 1e-12;

/** Those of `others` within noise of `best`. Without known noise, only ties are. */
export function withinNoise<T extends Measured>(best: Measured, others: readonly T[], noise: NoiseModel): T[] {
  let left = [...others];
  for (;;) {
    const comparisons = left.length;
    left = left.filter((cell) => {
      const known = noise.ofDifference(best, cell);
      const margin = known === null ? 0 : marginOf(known, comparisons);
      return best.minivalTop1 - cell.minivalTop1 <= margin + TIE;
    });
    if (left.length === comparisons) return left;
  }
}

/** How far below the best a cell may be and still be within its noise, among `comparisons` others. */
export function widestMargin(best: Measured, noise: NoiseModel, comparisons: number): number {
  const [mine, other] = [noise.ofMean(best), noise.widest()];
  if (mine === null && other === null) return TIE;
  const variance = (mine?.variance ?? 0) + (other?.variance ?? 0);
  const df = Math.min(mine?.df ?? Infinity, other?.df ?? Infinity);
  return marginOf({ variance, df }, comparisons) + TIE;
}

function marginOf({ variance, df }: { variance: number; df: number }, comparisons: number): number {
  return critical(2 * (1 - (1 - ALPHA) ** (1 / comparisons)), df) * Math.sqrt(variance);
}
