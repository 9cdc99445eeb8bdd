/** Pairs of two strategies, scaled up from the same base and compared at the same cost. */
import { makeArm, readArm } from './arms.ts';
import { lineKey, linesAlong, type MeasuredCell } from './cells.ts';
import type { Pair } from './contrast.ts';
import type { CostAxis, Strategy } from './finding.ts';

/**
 * From every base that has a bigger neighbour along both strategies: each cell of either arm against the other arm,
 * interpolated at that cell's cost. Only costs that both arms reach are compared; the base itself, where the arms meet,
 * is not a comparison. A comparison at one cost that both arms have a cell at is made once.
 */
export function matchedPairs(
  cells: readonly MeasuredCell[],
  ahead: Strategy,
  behind: Strategy,
  axis: CostAxis,
): Pair[] {
  const aheadLines = linesAlong(cells, ahead);
  const behindLines = linesAlong(cells, behind);
  const pairs: Pair[] = [];
  for (const base of cells) {
    const from = base.costs[axis];
    if (from === null) continue;
    const upFrom = (lines: Map<string, MeasuredCell[]>, strategy: Strategy): MeasuredCell[] => {
      const line = lines.get(lineKey(base, strategy))!;
      return line.slice(line.indexOf(base));
    };
    const a = makeArm(upFrom(aheadLines, ahead), axis);
    const b = makeArm(upFrom(behindLines, behind), axis);
    if (a.cells.length < 2 || b.cells.length < 2) continue;
    for (const cost of new Set([...a.costs.slice(1), ...b.costs.slice(1)])) {
      const [x, y] = [readArm(a, cost), readArm(b, cost)];
      if (x === undefined || y === undefined) continue;
      pairs.push({ base, cost, doublings: Math.log2(cost / from), ahead: x, behind: y });
    }
  }
  return pairs;
}
