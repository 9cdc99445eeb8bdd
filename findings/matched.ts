/** Pairs of two strategies, scaled up from the same base and compared at the same cost. */
import { makeArm, readArm, type Arm } from './arms.ts';
import { lineKey, linesAlong, type MeasuredCell } from './cells.ts';
import type { MatchedCost, Strategy } from './finding.ts';
import { PairSum, type Pair } from './pair-sum.ts';

/**
 * From every base that has a bigger neighbour along both strategies: each bigger cell of either arm against the other arm,
 * read at that cell's cost. Only costs that both arms reach are compared; the base itself, where the arms meet, is not a
 * comparison. A comparison at one cost that both arms have a cell at is made once.
 */
export function* matchedPairs(
  cells: readonly MeasuredCell[],
  ahead: Strategy,
  behind: Strategy,
  axis: MatchedCost,
): Generator<Pair> {
  const aheadArms = armsAlong(cells, ahead, axis);
  const behindArms = armsAlong(cells, behind, axis);
  for (const base of cells) {
    const from = base.costs[axis];
    if (from === null) continue;
    // The arms reach below the base as well, where smaller cells tell how the law bends.
    const a = aheadArms.get(lineKey(base, ahead))!;
    const b = behindArms.get(lineKey(base, behind))!;
    if (!a.cells.includes(base) || !b.cells.includes(base)) continue;
    for (const cost of costsAbove(from, a.costs, b.costs)) {
      const x = readArm(a, cost);
      const y = readArm(b, cost);
      if (x !== undefined && y !== undefined) {
        yield { base, cost, doublings: Math.log2(cost / from), ahead: x, behind: y };
      }
    }
  }
}

/** Costs of two rising lists above `from`, as far as both reach, each once. */
function costsAbove(from: number, a: readonly number[], b: readonly number[]): number[] {
  const reach = Math.min(a.at(-1)!, b.at(-1)!);
  const costs: number[] = [];
  for (const cost of a) if (cost > from && cost <= reach) costs.push(cost);
  for (const cost of b) if (cost > from && cost <= reach && !a.includes(cost)) costs.push(cost);
  return costs;
}

function armsAlong(cells: readonly MeasuredCell[], strategy: Strategy, axis: MatchedCost): Map<string, Arm> {
  return new Map([...linesAlong(cells, strategy)].map(([key, line]) => [key, makeArm(line, axis)]));
}

/** The pairs' sums by a key of each pair. */
export function sumBy<K>(pairs: Iterable<Pair>, keyOf: (pair: Pair) => K): Map<K, PairSum> {
  const sums = new Map<K, PairSum>();
  for (const pair of pairs) {
    const key = keyOf(pair);
    let sum = sums.get(key);
    if (sum === undefined) sums.set(key, (sum = new PairSum()));
    sum.add(pair);
  }
  return sums;
}
