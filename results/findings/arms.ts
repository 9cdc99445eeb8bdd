/** A strategy's cells in order of cost, and the accuracy between them. */
import type { MeasuredCell } from './cells.ts';
import type { CostAxis } from './finding.ts';

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
 * times are measured, and waver) has no place on a rising axis and is left out.
 */
export function makeArm(line: readonly MeasuredCell[], axis: CostAxis): Arm {
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
 * cells close together say little of a curve beside a wide gap.
 */
const MOST_NOISE = 4;

/**
 * Log error over log cost, between two neighbours: the mean of the parabolas through them and the next cell on either
 * side, where that is steady enough; a straight line otherwise. Both are exact for a power law. Leaving each inner cell
 * of Figure 2's lines out and reading it from the others, the straight line's error is 0.39 points too high on average
 * (0.63 root mean square), because a law that flattens out bends; with the parabolas it is 0.01 too low (0.47). A limit of
 * 2 on their noise, instead of 4, leaves 0.16 (0.53). The intervals know what noise the curve adds.
 *
 * @returns `undefined` outside the arm's costs: nothing is ever extrapolated.
 */
export function readArm(arm: Arm, cost: number): Reading | undefined {
  const { costs, cells } = arm;
  const right = firstAtLeast(costs, cost);
  if (right === costs.length) return undefined;
  if (costs[right] === cost) return readCell(cells[right]!);
  if (right === 0) return undefined;
  const first = Math.max(0, right - 2);
  const weights = curveWeights(arm.logCosts, first, right, Math.log(cost));
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
function curveWeights(xs: readonly number[], first: number, right: number, x: number): number[] {
  const weights: number[] = [];
  for (let i = first; i < Math.min(xs.length, right + 2); i++) weights.push(0);
  let curves = 0;
  for (let start = right - 2; start <= right - 1; start++) {
    if (start < 0 || start + 2 >= xs.length) continue;
    const parabola = lagrange(xs, start, 3, x);
    if (parabola[0]! ** 2 + parabola[1]! ** 2 + parabola[2]! ** 2 > MOST_NOISE) continue;
    curves++;
    for (let i = 0; i < 3; i++) weights[start - first + i]! += parabola[i]!;
  }
  if (curves > 0) return curves === 1 ? weights : weights.map((weight) => weight / curves);
  const line = lagrange(xs, right - 1, 2, x);
  weights[right - 1 - first] = line[0]!;
  weights[right - first] = line[1]!;
  return weights;
}

/** Lagrange's weights of the polynomial through `count` positions. */
function lagrange(xs: readonly number[], start: number, count: number, x: number): number[] {
  const weights: number[] = [];
  for (let i = start; i < start + count; i++) {
    let weight = 1;
    for (let j = start; j < start + count; j++) if (j !== i) weight *= (x - xs[j]!) / (xs[i]! - xs[j]!);
    weights.push(weight);
  }
  return weights;
}
