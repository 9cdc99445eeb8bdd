/**
 * Student's t, Fisher's F and the normal quantile, which simple-statistics has not, or only to three digits.
 *
 * Distribution function by the continued fraction of the regularised incomplete beta function (Abramowitz & Stegun
 * 26.5.8), evaluated by Lentz's method; quantile by bisection. Accurate to about 1e-10.
 */
import { bisect, gammaln, probit } from 'simple-statistics';

/** Regularised incomplete beta function I_x(a, b). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast only below the mean; above it, the mirror image does.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(gammaln(a + b) - gammaln(a) - gammaln(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / Math.max(1 - ((a + b) * x) / (a + 1), tiny);
  let fraction = d;
  for (let m = 1; m <= 300; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d || tiny);
    c = 1 + even / c || tiny;
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d || tiny);
    c = 1 + odd / c || tiny;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-12) break;
  }
  return front * fraction;
}

/** P(|T| >= |t|) for Student's t with `df` degrees of freedom (> 0; infinite is the normal). */
export function twoSidedP(t: number, df: number): number {
  if (Number.isNaN(t)) return 1;
  // Beyond 1e6 degrees of freedom the t and the normal agree to 1e-7, and the series loses digits.
  const freedom = Math.min(df, 1e6);
  return incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5);
}

/** The t that |T| exceeds with probability `alpha`, 0 < alpha < 1. */
export function criticalT(alpha: number, df: number): number {
  if (alpha >= 1) return 0;
  if (df > 1e6) return normalQuantile(1 - alpha / 2);
  let high = 2;
  while (twoSidedP(high, df) > alpha && high < 1e12) high *= 2;
  return bisect((t: number) => twoSidedP(t, df) - alpha, 0, high, 200, high * 1e-12);
}

/** P(F >= f) for Fisher's F with `above` and `below` degrees of freedom. */
export function upperF(f: number, above: number, below: number): number {
  return f <= 0 ? 1 : incompleteBeta(below / (below + above * f), below / 2, above / 2);
}

/** The z that a standard normal stays below with probability `p`, 0 < p < 1. Newton's method from a value good to 0.003. */
export function normalQuantile(p: number): number {
  let z = probit(p);
  for (let i = 0; i < 4; i++) z -= (normalBelow(z) - p) / (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI));
  return z;
}

/** P(Z < z) by the series 1/2 + density x (z + z^3/3 + z^5/15 + ...), which converges for every z. */
export function normalBelow(z: number): number {
  let term = z;
  let sum = z;
  for (let odd = 3; Math.abs(term) > 1e-17 * Math.abs(sum); odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return 0.5 + (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * sum;
}
