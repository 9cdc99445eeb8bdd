/**
 * What the highest of several means is worth, given that it was chosen for being the highest.
 *
 * Its own interval holds the expectation of a cell that was named beforehand. The highest of 81 equal ones lies some 2.4
 * standard errors above it. This is the hybrid interval of Andrews, Kitagawa & McCloskey (2019, "Inference on winners",
 * NBER working paper 25456; Quarterly Journal of Economics 139, 2024): the distribution of a mean given that it
 * exceeds the runner-up is a normal cut off there, which is inverted for the expectations that it does not contradict;
 * among those only that a simultaneous interval (Sidak, at a tenth of the error) allows, without which the first
 * knows no end where the runner-up is close. Rivals that are out of reach take no part in the latter, as in the locally
 * simultaneous intervals of Zrnic & Fithian (2024). What else was tried: results/LOG.md.
 */
import { bisect } from 'simple-statistics';
import { criticalT, normalBelow, normalQuantile } from './student.ts';

export interface Selected {
  /**
   * The expectation of which the highest of `among` equal means would exceed what was measured half of the time. Where they
   * are not equal it corrects a little too much. The hybrid's own estimate is right in the middle, but strays twice as far.
   */
  readonly estimate: number;
  /** 95 %. */
  readonly interval: readonly [number, number];
}

const ALPHA = 0.05;
/** Error of the simultaneous part. */
const BETA = ALPHA / 10;
/** Standard errors beyond which differences of the normal's tails lose their digits. */
const FARTHEST = 6;
/** Standard errors between two means below which they tie, which says nothing of how high either should have been. */
const TIE = 0.001;

/**
 * @param error Standard error of the highest mean, known with `df` degrees of freedom.
 * @param among How many may have been the highest, itself one of them.
 */
export function selectedMean(top: number, runnerUp: number, error: number, df: number, among: number): Selected {
  if (!(error > 0)) return { estimate: top, interval: [top, top] };
  // The normal's tails stretched to Student's, as where the two cut off 95 %.
  const scale = error * (criticalT(ALPHA, df) / normalQuantile(1 - ALPHA / 2));
  const width = Math.min((criticalT(1 - (1 - BETA) ** (1 / among), df) * error) / scale, FARTHEST);
  const tail = (ALPHA - BETA) / (1 - BETA) / 2;
  const bound = (share: number): number => top + scale * shiftAt(share, (runnerUp - top) / scale, width);
  const isTie = top - runnerUp < TIE * error;
  const interval = [bound(tail), isTie ? top : bound(1 - tail)] as const;
  const estimate = top - error * normalQuantile(0.5 ** (1 / among));
  return { estimate: Math.min(Math.max(estimate, interval[0]), interval[1]), interval };
}

/**
 * How far off the expectation lies, in standard errors, of which a mean above `cut` and within `width` of its expectation
 * would exceed the one that was measured (0) with probability `share`.
 */
function shiftAt(share: number, cut: number, width: number): number {
  const beyond = 1 - normalBelow(width);
  const exceeds = (shift: number): number => {
    const all = 1 - normalBelow(Math.max(cut - shift, -width)) - beyond;
    return all <= 0 ? 1 : (1 - normalBelow(-shift) - beyond) / all;
  };
  if (exceeds(-width) >= share) return -width;
  return bisect((shift: number) => exceeds(shift) - share, -width, width, 100, 1e-6);
}
