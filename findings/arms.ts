/** A strategy's cells in order of cost, and the accuracy between them. */
import type { MeasuredCell } from './cells.ts';
import type { MatchedCost } from './finding.ts';

/** Cells of rising cost. */
export interface Arm {
  readonly cells: readonly MeasuredCell[];
  readonly costs: readonly number[];
  readonly logCosts: readonly number[];
  readonly logErrors: readonly number[];
}

/** Accuracy at a cost, with its derivative by the accuracy of each cell that it was read from. */
export interface Reading {
  readonly top1: number;
  readonly cells: readonly MeasuredCell[];
  readonly loads: readonly number[];
}

/** A cell as it was measured. */
export function readCell(cell: MeasuredCell): Reading {
  return { top1: cell.top1, cells: [cell], loads: [1] };
}

/** An accuracy of exactly 1 has no log error: it counts as 1 - 1e-5, a tenth of an image in ten thousand. */
const LEAST_ERROR = 1e-5;

/** Top-1 error of a cell, a positive fraction of 1. */
export function errorOf(cell: MeasuredCell): number {
  return Math.max(1 - cell.top1, LEAST_ERROR);
}

/**
 * The cells whose cost is known and above that of all before them. A cell that costs no more than a smaller one (step
 * times are measured, with noise) has no place on a rising axis and is left out.
 */
export function makeArm(line: readonly MeasuredCell[], axis: MatchedCost): Arm {
  const cells: MeasuredCell[] = [];
  const costs: number[] = [];
  for (const cell of line) {
    const cost = cell.costs[axis];
    if (cost === null || cost <= (costs.at(-1) ?? 0) * (1 + 1e-9)) continue;
    cells.push(cell);
    costs.push(cost);
  }
  return {
    cells,
    costs,
    logCosts: costs.map(Math.log),
    logErrors: cells.map((cell) => Math.log(errorOf(cell))),
  };
}

/**
 * A reading may be this many times as noisy as a cell (in variance) before its curve gives way to a straight line: two
 * cells close together determine a curve poorly beside a wide gap.
 */
const MOST_NOISE = 4;

/**
 * Log error over log cost, between two neighbours: a straight line, bent by the smaller of the curvatures found around it,
 * or not at all where these have different signs (the "minmod" of shock-capturing schemes). Exact for a power law, and
 * for one with a kink at a cell; close for a law that flattens out.
 *
 * Leaving each inner cell of Figure 2's depth and width lines out and reading it from the others: the straight line's
 * error is 0.39 points too high on average (0.63 root mean square), this one's 0.15 (0.45). The mean of the parabolas on
 * either side has no such bias (-0.01, 0.47), but across a kink its intervals cover 90 % where they should cover 95.
 *
 * @returns `undefined` outside the arm's costs: nothing is ever extrapolated.
 */
export function readArm(arm: Arm, cost: number): Reading | undefined {
  const { costs, cells } = arm;
  const right = firstAtLeast(costs, cost);
  if (right === costs.length) return undefined;
  if (costs[right] === cost) return readCell(cells[right]!);
  if (right === 0) return undefined;
  const { first, weights } = curveWeights(arm, right, Math.log(cost));
  let logError = 0;
  for (let i = 0; i < weights.length; i++) logError += weights[i]! * arm.logErrors[first + i]!;
  const error = Math.exp(logError);
  return {
    top1: 1 - error,
    cells: cells.slice(first, first + weights.length),
    loads: weights.map((weight, i) => (weight * error) / Math.exp(arm.logErrors[first + i]!)),
  };
}

/** Position of the first value >= `value` in a rising list; its length when there is none. */
function firstAtLeast(rising: readonly number[], value: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rising[middle]! >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Weights of the positions from `first` on, in a reading at `x` between the positions right - 1 and right. */
function curveWeights(
  { logCosts: xs, logErrors: ys }: Arm,
  right: number,
  x: number,
): { first: number; weights: number[] } {
  const left = right - 1;
  const share = (x - xs[left]!) / (xs[right]! - xs[left]!);
  const first = Math.max(0, left - 2);
  const line: number[] = [];
  for (let i = first; i <= Math.min(xs.length - 1, right + 2); i++) {
    line.push(i === left ? 1 - share : i === right ? share : 0);
  }
  const start = gentlest(xs, ys, left);
  if (start === undefined) return { first, weights: line };
  const bent = [...line];
  const bend = (x - xs[left]!) * (x - xs[right]!);
  for (let i = start; i < start + 3; i++) {
    let product = 1;
    for (let j = start; j < start + 3; j++) if (j !== i) product *= xs[i]! - xs[j]!;
    bent[i - first]! += bend / product;
  }
  const noise = bent.reduce((sum, weight) => sum + weight * weight, 0);
  return { first, weights: noise > MOST_NOISE ? line : bent };
}

/**
 * Where the three neighbours of the smallest curvature start, of those that hold the interval from `left` on; at an end of
 * the arm, where only one does, of the next three as well. `undefined` when the curvatures differ in sign, or there are
 * none.
 */
function gentlest(xs: readonly number[], ys: readonly number[], left: number): number | undefined {
  const holds = (start: number): boolean => start >= 0 && start + 2 < xs.length;
  const around = [left - 1, left].filter(holds);
  const starts = around.length === 1 ? [...around, ...[left - 2, left + 1].filter(holds)] : around;
  let best: number | undefined;
  let smallest = Infinity;
  let sign = 0;
  for (const start of starts) {
    const curvature = curvatureFrom(xs, ys, start);
    if (sign !== 0 && Math.sign(curvature) !== sign) return undefined;
    sign = Math.sign(curvature);
    if (Math.abs(curvature) >= smallest) continue;
    smallest = Math.abs(curvature);
    best = start;
  }
  return best;
}

/** Half the second derivative of the parabola through three neighbours. */
function curvatureFrom(xs: readonly number[], ys: readonly number[], start: number): number {
  const before = (ys[start + 1]! - ys[start]!) / (xs[start + 1]! - xs[start]!);
  const after = (ys[start + 2]! - ys[start + 1]!) / (xs[start + 2]! - xs[start + 1]!);
  return (after - before) / (xs[start + 2]! - xs[start]!);
}
