/**
 * Least squares of a line with at most one kink. Points are in order of x and carry weights (how often a bootstrap drew
 * them); sums from the right give the fit at any kink in constant time, so a search costs one pass over the points.
 */

/** In order of x. */
export interface Points {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

export interface LineFit {
  /** At x = 0. */
  readonly intercept: number;
  readonly slope: number;
  /** Weighted sum of squared residuals. */
  readonly squares: number;
}

export interface KinkFit {
  readonly kink: number;
  readonly slopeBefore: number;
  /** Slope after the kink less slope before it. */
  readonly change: number;
  readonly squares: number;
}

/** Weighted sums of 1, x, y, xx, xy, yy over the points from some position on; x and y from their first point. */
interface Sums {
  w: number;
  x: number;
  y: number;
  xx: number;
  xy: number;
  yy: number;
}

export function fitLine(points: Points, weights: ArrayLike<number>): LineFit {
  const sums: Sums = { w: 0, x: 0, y: 0, xx: 0, xy: 0, yy: 0 };
  for (let i = 0; i < points.x.length; i++) add(sums, points, weights, i);
  const { sxx, sxy, syy } = centred(sums);
  const slope = sxx > 0 ? sxy / sxx : 0;
  const intercept = points.y[0]! + (sums.y - slope * sums.x) / sums.w - slope * points.x[0]!;
  return { intercept, slope, squares: Math.max(0, syy - slope * sxy) };
}

/**
 * y = a + b x + c max(0, x - kink), continuous; the best of the candidates (rising), `undefined` when none can be fitted.
 */
export function fitKink(
  points: Points,
  weights: ArrayLike<number>,
  candidates: readonly number[],
): KinkFit | undefined {
  const origin = points.x[0]!;
  const right: Sums = { w: 0, x: 0, y: 0, xx: 0, xy: 0, yy: 0 };
  const tails: Sums[] = [];
  let i = points.x.length - 1;
  for (let k = candidates.length - 1; k >= 0; k--) {
    for (; i >= 0 && points.x[i]! > candidates[k]!; i--) add(right, points, weights, i);
    tails[k] = { ...right };
  }
  for (; i >= 0; i--) add(right, points, weights, i);
  let best: KinkFit | undefined;
  for (const [k, tail] of tails.entries()) {
    const fit = fitAt(right, tail, candidates[k]! - origin);
    if (fit === undefined || (best !== undefined && fit.squares >= best.squares)) continue;
    best = { ...fit, kink: candidates[k]! };
  }
  return best;
}

function add(sums: Sums, { x, y }: Points, weights: ArrayLike<number>, i: number): void {
  const w = weights[i]!;
  const dx = x[i]! - x[0]!;
  const dy = y[i]! - y[0]!;
  sums.w += w;
  sums.x += w * dx;
  sums.y += w * dy;
  sums.xx += w * dx * dx;
  sums.xy += w * dx * dy;
  sums.yy += w * dy * dy;
}

const centred = ({ w, x, y, xx, xy, yy }: Sums) => ({
  sxx: xx - (x * x) / w,
  sxy: xy - (x * y) / w,
  syy: yy - (y * y) / w,
});

/** `all` over every point, `tail` over those beyond the kink; h = x - kink there, 0 before. */
function fitAt(all: Sums, tail: Sums, kink: number): Omit<KinkFit, 'kink'> | undefined {
  const { sxx, sxy, syy } = centred(all);
  const h = tail.x - kink * tail.w;
  const hh = tail.xx - 2 * kink * tail.x + kink * kink * tail.w - (h * h) / all.w;
  const xh = tail.xx - kink * tail.x - (all.x * h) / all.w;
  const hy = tail.xy - kink * tail.y - (h * all.y) / all.w;
  const determinant = sxx * hh - xh * xh;
  if (!(determinant > 1e-9 * sxx * hh)) return undefined;
  const slopeBefore = (sxy * hh - hy * xh) / determinant;
  const change = (hy * sxx - sxy * xh) / determinant;
  return { slopeBefore, change, squares: Math.max(0, syy - slopeBefore * sxy - change * hy) };
}
