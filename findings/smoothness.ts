/**
 * How far cells deviate from a smooth law, estimated from the cells themselves.
 *
 * Log error is smooth along the log of depth and of width, so a divided difference of high enough order leaves only
 * lack of fit: seed noise, digitisation error and what is particular to a cell. Lines along the resolution are left out:
 * that returns break off there is a question, not noise.
 */
import { errorOf } from './arms.ts';
import { lineKey, linesAlong, type MeasuredCell } from './cells.ts';
import type { Strategy } from './finding.ts';

/** A combination of log errors whose expectation under a smooth law is about 0. */
export interface Residual {
  readonly cells: readonly MeasuredCell[];
  readonly coefficients: readonly number[];
}

/** Coefficients of the divided difference over `x`, all different (kills polynomials of degree < length - 1). */
export function dividedDifference(x: readonly number[]): number[] {
  return x.map((xi, i) => 1 / x.reduce((product, xj, j) => (i === j ? product : product * (xi - xj)), 1));
}

const windows = (line: readonly MeasuredCell[], size: number): MeasuredCell[][] =>
  line.slice(size - 1).map((_, start) => line.slice(start, start + size));

const difference = (cells: readonly MeasuredCell[], axis: Strategy): number[] =>
  dividedDifference(cells.map((cell) => Math.log(cell[axis])));

/** Third differences along depth and width: nothing left of a law that is quadratic in the log. */
export function thirdDifferences(cells: readonly MeasuredCell[]): Residual[] {
  return (['depth', 'width'] as const).flatMap((axis) =>
    [...linesAlong(cells, axis).values()].flatMap((line) =>
      windows(line, 4).map((window) => ({ cells: window, coefficients: difference(window, axis) })),
    ),
  );
}

/**
 * Differences of order `size - 1` on neighbouring parallel lines, one minus the other: nothing left of any curvature
 * that the two lines share. For axes of three values (`size` 3), or two (`size` 2).
 */
export function parallelDifferences(cells: readonly MeasuredCell[], size: 2 | 3): Residual[] {
  const residuals: Residual[] = [];
  for (const axis of ['depth', 'width'] as const) {
    for (const across of ['depth', 'width', 'resolution'] as const) {
      // With two values either order gives the same four cells.
      if (across === axis || (size === 2 && axis === 'width' && across === 'depth')) continue;
      const neighbours = nextAlong(cells, across);
      for (const line of linesAlong(cells, axis).values()) {
        for (const window of windows(line, size)) {
          const beside = window.map((cell) => neighbours.get(cell));
          if (!isWhole(beside) || new Set(beside.map((cell) => lineKey(cell, axis))).size > 1) continue;
          const coefficients = difference(window, axis);
          residuals.push({
            cells: [...window, ...beside],
            coefficients: [...coefficients, ...coefficients.map((c) => -c)],
          });
        }
      }
    }
  }
  return residuals;
}

const isWhole = (cells: readonly (MeasuredCell | undefined)[]): cells is MeasuredCell[] => !cells.includes(undefined);

function nextAlong(cells: readonly MeasuredCell[], axis: Strategy): Map<MeasuredCell, MeasuredCell> {
  const next = new Map<MeasuredCell, MeasuredCell>();
  for (const line of linesAlong(cells, axis).values()) {
    for (const [i, cell] of line.slice(0, -1).entries()) next.set(cell, line[i + 1]!);
  }
  return next;
}

/** Variance of a cell's mean accuracy, and how well it is known. */
export interface LackOfFit {
  /** Of `top1` as a fraction of 1, without digitisation variance. */
  readonly variance: number;
  readonly df: number;
  /** Weighted mean of 1 / seeds over the cells it was read from. */
  readonly perSeed: number;
}

/**
 * Mean square of the residuals by the method of moments. Overlapping residuals are correlated; the degrees of freedom
 * are those of the chi-square that has the same mean and variance (Satterthwaite), for normal noise.
 */
export function lackOfFitOf(residuals: readonly Residual[]): LackOfFit | null {
  if (residuals.length === 0) return null;
  const scaled = residuals.map(scale);
  // A residual with a poorly digitised cell has little information: weights are inverse to the variance it would have.
  const typical = medianOf(scaled.map((r) => r.square)) / 0.4549; // median of a chi-square with one degree of freedom
  const weights = scaled.map((r) => (typical === 0 ? 1 : 1 / (typical + r.digitisation) ** 2));
  const total = weights.reduce((sum, w) => sum + w, 0);
  const mean = (of: (index: number) => number): number => weights.reduce((sum, w, i) => sum + w * of(i), 0) / total;
  const df = total ** 2 / squaredCorrelations(scaled, weights);
  return {
    variance: Math.max(
      0,
      mean((i) => scaled[i]!.square - scaled[i]!.digitisation),
    ),
    df,
    perSeed: mean((i) => scaled[i]!.perSeed),
  };
}

interface ScaledResidual {
  /** Unit-length combination of accuracies, by cell. */
  readonly loads: ReadonlyMap<number, number>;
  readonly square: number;
  readonly digitisation: number;
  readonly perSeed: number;
}

/** To accuracies: d ln(error) = -d(top1) / error. */
function scale({ cells, coefficients }: Residual): ScaledResidual {
  const raw = cells.map((cell, i) => coefficients[i]! / errorOf(cell));
  const length = Math.hypot(...raw);
  const loads = raw.map((value) => value / length);
  const value = cells.reduce((sum, cell, i) => sum + coefficients[i]! * Math.log(errorOf(cell)), 0) / length;
  const weighted = (of: (cell: MeasuredCell) => number): number =>
    cells.reduce((sum, cell, i) => sum + loads[i]! ** 2 * of(cell), 0);
  return {
    loads: new Map(cells.map((cell, i) => [cell.index, loads[i]!])),
    square: value ** 2,
    digitisation: weighted((cell) => cell.digitisationVariance),
    perSeed: weighted((cell) => 1 / cell.values.length),
  };
}

/** Rows of the table of correlations that are summed; the others are taken to be like them. */
const MOST_ROWS = 500;

/** Sum over all pairs of residuals of weight x weight x correlation squared; only those that share a cell count. */
function squaredCorrelations(residuals: readonly ScaledResidual[], weights: readonly number[]): number {
  const byCell = new Map<number, number[]>();
  for (const [i, { loads }] of residuals.entries()) {
    for (const cell of loads.keys()) {
      const sharing = byCell.get(cell);
      if (sharing === undefined) byCell.set(cell, [i]);
      else sharing.push(i);
    }
  }
  const stride = Math.ceil(residuals.length / MOST_ROWS);
  let sum = 0;
  let rows = 0;
  for (let i = 0; i < residuals.length; i += stride) {
    rows++;
    const { loads } = residuals[i]!;
    const touching = new Set([...loads.keys()].flatMap((cell) => byCell.get(cell)!));
    for (const j of touching) {
      let correlation = 0;
      for (const [cell, load] of loads) correlation += load * (residuals[j]!.loads.get(cell) ?? 0);
      sum += weights[i]! * weights[j]! * correlation ** 2;
    }
  }
  return (sum * residuals.length) / rows;
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
