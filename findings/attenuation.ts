/**
 * Seed noise turns the order of two cells around now and then, so an observed rank agreement is nearer to 0 than the true
 * one. Spearman's (1904) correction for attenuation, carried to Kendall's tau by Greiner's relation
 * (tau = 2/pi asin(rho)): the correlation of differences is divided by the square root of their two reliabilities.
 */

/** Share of the mean square of some differences that is not noise. */
export function reliability(square: number, noise: number): number {
  return square > 0 ? Math.max(0, 1 - noise / square) : 0;
}

/** Tau without the noise; `strength` is the geometric mean of both reliabilities. At 0 nothing is known but the sign. */
export function disattenuated(tau: number, strength: number): number {
  const observed = Math.sin((Math.PI / 2) * tau);
  if (Math.abs(observed) >= strength) return Math.sign(observed);
  return (2 / Math.PI) * Math.asin(observed / strength);
}

/**
 * The interval without the noise, for strengths between two bounds: each end takes the one that makes it wider. Where the
 * noise is not known a strength is anything up to 1.
 */
export function disattenuatedInterval(
  [low, high]: readonly [number, number],
  [weakest, strongest]: readonly [number, number],
): [number, number] {
  return [disattenuated(low, low > 0 ? strongest : weakest), disattenuated(high, high > 0 ? weakest : strongest)];
}
