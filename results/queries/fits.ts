/**
 * Two ways to find the optimum of a slice: how accuracy depends on a coordinate u (depth, say) at equal cost.
 *
 * - Parabola: accuracy = a + b ln u + c (ln u)^2 by least squares; the optimum is its vertex (the "IsoFLOP profiles" of
 *   Hoffmann et al. 2022, section 3.2). Exact for three points.
 * - Power law: error = e + p u^-g + q u^g with e, p, q >= 0: what a larger u gains falls off as a power, and what it takes
 *   from the other dimensions rises as one (the two terms of their section 3.3, along a slice of equal cost). Least squares
 *   in e, p, q for each exponent g of a list; the optimum is (p/q)^(1/2g). Needs four points.
 *
 * They weigh the far ends differently, so where they agree the optimum depends little on the form that was assumed.
 */

export interface Point {
  /** Coordinate, > 0. */
  readonly value: number;
  /** Fraction of 1. */
  readonly minivalTop1: number;
}

export interface Optimum extends Point {
  /** Root mean square of what the fit leaves, fraction of 1. */
  readonly residual: number;
}

const EXPONENTS = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.25, 1.5, 2];

/** `null` with fewer than three distinct values, or when the parabola has no maximum. */
export function fitParabola(points: readonly Point[]): Optimum | null {
  if (distinct(points) < 3) return null;
  // Centred and scaled, so that the normal equations stay well conditioned.
  const logs = points.map((point) => Math.log(point.value));
  const centre = (Math.min(...logs) + Math.max(...logs)) / 2;
  const scale = (Math.max(...logs) - Math.min(...logs)) / 2;
  const rows = logs.map((log) => [1, (log - centre) / scale, ((log - centre) / scale) ** 2]);
  const fit = leastSquares(
    rows,
    points.map((point) => point.minivalTop1),
  );
  const [constant, slope, curve] = fit ?? [];
  if (fit === null || constant === undefined || slope === undefined || curve === undefined || curve >= -1e-12)
    return null;
  const vertex = -slope / (2 * curve);
  return {
    value: Math.exp(centre + scale * vertex),
    minivalTop1: constant + slope * vertex + curve * vertex ** 2,
    residual: residualOf(rows, fit, points),
  };
}

/** `null` with fewer than four distinct values, or when no exponent gives an optimum (both powers must take part). */
export function fitPowerLaw(points: readonly Point[]): Optimum | null {
  if (distinct(points) < 4) return null;
  const centre = Math.exp(points.reduce((sum, point) => sum + Math.log(point.value), 0) / points.length);
  const errors = points.map((point) => 1 - point.minivalTop1);
  let found: Optimum | null = null;
  for (const exponent of EXPONENTS) {
    const rows = points.map(({ value }) => [1, (value / centre) ** -exponent, (value / centre) ** exponent]);
    const fit = leastSquares(rows, errors);
    const [floor, falling, rising] = fit ?? [];
    if (fit === null || floor === undefined || falling === undefined || rising === undefined) continue;
    if (floor < 0 || falling <= 0 || rising <= 0) continue;
    const residual = Math.sqrt(
      rows.reduce((sum, row, i) => sum + (dot(row, fit) - (errors[i] ?? 0)) ** 2, 0) / points.length,
    );
    if (found !== null && residual >= found.residual) continue;
    found = {
      value: centre * (falling / rising) ** (1 / (2 * exponent)),
      minivalTop1: 1 - floor - 2 * Math.sqrt(falling * rising),
      residual,
    };
  }
  return found;
}

function distinct(points: readonly Point[]): number {
  return new Set(points.map((point) => point.value)).size;
}

function residualOf(rows: readonly number[][], fit: readonly number[], points: readonly Point[]): number {
  const squares = rows.reduce((sum, row, i) => sum + (dot(row, fit) - (points[i]?.minivalTop1 ?? 0)) ** 2, 0);
  return Math.sqrt(squares / rows.length);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}

/** Least squares for a handful of unknowns: normal equations by Gaussian elimination with pivoting. `null` if singular. */
function leastSquares(rows: readonly number[][], targets: readonly number[]): number[] | null {
  const size = rows[0]?.length ?? 0;
  const matrix = Array.from({ length: size }, (_, i) => [
    ...Array.from({ length: size }, (_, j) => rows.reduce((sum, row) => sum + (row[i] ?? 0) * (row[j] ?? 0), 0)),
    rows.reduce((sum, row, k) => sum + (row[i] ?? 0) * (targets[k] ?? 0), 0),
  ]);
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++) {
      if (Math.abs(matrix[row]?.[column] ?? 0) > Math.abs(matrix[pivot]?.[column] ?? 0)) pivot = row;
    }
    const head = matrix[pivot]!;
    if (Math.abs(head[column] ?? 0) < 1e-12) return null;
    [matrix[column], matrix[pivot]] = [head, matrix[column]!];
    for (let row = 0; row < size; row++) {
      if (row === column) continue;
      const line = matrix[row]!;
      const factor = (line[column] ?? 0) / head[column]!;
      for (let k = column; k <= size; k++) line[k] = (line[k] ?? 0) - factor * (head[k] ?? 0);
    }
  }
  return matrix.map((line, i) => (line[size] ?? 0) / line[i]!);
}
