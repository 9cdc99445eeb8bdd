/**
 * Variances of several groups, each estimated from few values, with strength borrowed from one another.
 *
 * The hierarchical model of Smyth (2004, "Linear models and empirical Bayes methods for assessing differential
 * expression in microarray experiments", section 3): a group's variance is drawn around a common one as if that had
 * been seen with `d0` degrees of freedom. Its posterior is the weighted mean of the two, (d0 s0^2 + d s^2) / (d0 + d), and
 * intervals have d0 + d degrees of freedom. Smyth matches moments over thousands of groups; here there are a handful,
 * so `d0` is averaged over a grid of values by their marginal likelihood (the common variance integrated out), which
 * neither breaks on a variance of 0 nor settles on "all are equal" because nothing speaks against it.
 */
import { gammaln } from 'simple-statistics';

/** A variance, and the degrees of freedom that it is known with. */
export interface Variance {
  readonly variance: number;
  readonly df: number;
}

/** How firmly groups may hold together; infinite is one variance for all. */
const PRIOR_DFS = [0.5, 1, 2, 4, 8, 16, 32, 64, Infinity];

/** Half-range and steps of the grid over the logarithm of the common variance. */
const LOG_RANGE = 4;
const LOG_STEPS = 48;

/** All values of the groups together. `df` 0 where there is none. */
export function pooledVariance(groups: readonly Variance[]): Variance {
  const df = groups.reduce((sum, group) => sum + group.df, 0);
  const squares = groups.reduce((sum, group) => sum + group.df * group.variance, 0);
  return { variance: df === 0 ? 0 : squares / df, df };
}

/**
 * Prior degrees of freedom with which groups hold to their common variance: the harmonic mean over the grid, so that
 * doubt about it widens intervals.
 */
export function priorDf(groups: readonly Variance[]): number {
  const evidence = PRIOR_DFS.map((df) => logEvidence(groups, df));
  const highest = Math.max(...evidence);
  const weights = evidence.map((each) => Math.exp(each - highest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return total / weights.reduce((sum, weight, i) => sum + weight / PRIOR_DFS[i]!, 0);
}

/** Log marginal likelihood of a prior of `d0` degrees of freedom, the logarithm of its variance having a flat prior. */
function logEvidence(all: readonly Variance[], d0: number): number {
  const groups = all.filter(({ df }) => df > 0);
  const pooled = pooledVariance(groups).variance;
  if (groups.length < 2 || pooled === 0) return 0;
  const logs = Array.from({ length: LOG_STEPS + 1 }, (_, i) => {
    const common = pooled * Math.exp(LOG_RANGE * ((2 * i) / LOG_STEPS - 1));
    return groups.reduce((sum, group) => sum + logDensity(group, common, d0), 0);
  });
  const highest = Math.max(...logs);
  return highest + Math.log(logs.reduce((sum, each) => sum + Math.exp(each - highest), 0));
}

/** Of a group's variance, up to what depends on neither `common` nor `d0`. */
function logDensity({ variance, df }: Variance, common: number, d0: number): number {
  if (d0 === Infinity) return -(df / 2) * (Math.log(common) + variance / common) + (df / 2) * Math.log(df / 2);
  return (
    gammaln((df + d0) / 2) -
    gammaln(d0 / 2) +
    (d0 / 2) * Math.log((d0 * common) / 2) -
    ((df + d0) / 2) * Math.log((df * variance + d0 * common) / 2) +
    (df / 2) * Math.log(df / 2)
  );
}

/** A group's variance, drawn towards that of all. What is not known of the latter counts as far as it is leant on. */
export function shrunk(own: Variance, all: Variance, d0: number): Variance {
  if (all.df === 0) return own;
  const weight = d0 === Infinity ? 0 : own.df / (own.df + d0);
  return {
    variance: weight * own.variance + (1 - weight) * all.variance,
    df: 1 / (1 / (own.df + d0) + (1 - weight) ** 2 / all.df),
  };
}
