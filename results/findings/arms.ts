/** A strategy's cells in order of cost, and the accuracy between them. */
import type { MeasuredCell } from './cells.ts';
import type { CostAxis } from './finding.ts';

/** Cells of rising cost. */
export interface Arm {
  readonly cells: readonly MeasuredCell[];
  readonly costs: readonly number[];
}

/** Accuracy at a cost, with its derivative by the accuracy of each cell that it was read from. */
export interface Reading {
  readonly top1: number;
  readonly loads: readonly (readonly [cell: MeasuredCell, load: number])[];
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
  return { cells, costs };
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
  const right = costs.findIndex((at) => at >= cost);
  if (right === -1) return undefined;
  if (costs[right] === cost) return { top1: cells[right]!.top1, loads: [[cells[right]!, 1]] };
  if (right === 0) return undefined;
  const curves = [
    [right - 2, right - 1, right],
    [right - 1, right, right + 1],
  ]
    .filter((positions) => positions[0]! >= 0 && positions[2]! < cells.length)
    .map((positions) => lagrange(costs, positions, cost))
    .filter((weights) => noiseOf(weights) <= MOST_NOISE);
  const weights = curves.length === 0 ? lagrange(costs, [right - 1, right], cost) : meanOf(curves);
  let logError = 0;
  for (const [position, weight] of weights) logError += weight * Math.log(errorOf(cells[position]!));
  const error = Math.exp(logError);
  return {
    top1: 1 - error,
    loads: [...weights].map(([position, weight]) => [cells[position]!, (weight * error) / errorOf(cells[position]!)]),
  };
}

/** Weight of each position in a reading. */
type Weights = ReadonlyMap<number, number>;

const noiseOf = (weights: Weights): number => [...weights.values()].reduce((sum, weight) => sum + weight * weight, 0);

/** Lagrange's weights of the polynomial through the positions, in log cost. */
function lagrange(costs: readonly number[], positions: readonly number[], cost: number): Weights {
  return new Map(
    positions.map((i) => {
      let weight = 1;
      for (const j of positions) if (j !== i) weight *= Math.log(cost / costs[j]!) / Math.log(costs[i]! / costs[j]!);
      return [i, weight];
    }),
  );
}

function meanOf(curves: readonly Weights[]): Weights {
  const mean = new Map<number, number>();
  for (const weights of curves) {
    for (const [position, weight] of weights) mean.set(position, (mean.get(position) ?? 0) + weight / curves.length);
  }
  return mean;
}
