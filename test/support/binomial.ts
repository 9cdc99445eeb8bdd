/** P(X <= hits) for X ~ Binomial(of, share), by exact summation in logs. */
export function binomialAtMost(hits: number, of: number, share: number): number {
  let logTerm = of * Math.log1p(-share);
  let sum = Math.exp(logTerm);
  for (let k = 1; k <= hits; k++) {
    logTerm += Math.log((of - k + 1) / k) + Math.log(share) - Math.log1p(-share);
    sum += Math.exp(logTerm);
  }
  return Math.min(1, sum);
}

/** P(X >= hits). */
export function binomialAtLeast(hits: number, of: number, share: number): number {
  return hits === 0 ? 1 : 1 - binomialAtMost(hits - 1, of, share);
}
