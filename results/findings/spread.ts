/** How far cells of (nearly) equal cost lie apart in accuracy: what the cost alone cannot tell. */
import type { MeasuredCell } from './cells.ts';
import type { MeasuredDraft } from './draft.ts';
import type { CostAxis, Scope } from './finding.ts';
import { eachOnce, percentileInterval, resampleCells, type ResampleOptions, type Times } from './resample.ts';
import { axisNames } from './words.ts';

/** Costs within a tenth of each other count as equal: a tenth moves ImageNet accuracy by 0.1 to 0.3 points. */
const SAME_COST = 1.1;
/** Keeps a bootstrap over ten thousand cells quick; pairs are thinned evenly. */
const MOST_PAIRS = 1000;

export interface MatchedPair {
  readonly a: number;
  readonly b: number;
}

/** Positions of all pairs of cells with costs within `factor`, thinned to `MOST_PAIRS`. */
export function pairsAtMatchedCost(costs: readonly number[], factor: number): MatchedPair[] {
  const order = costs.map((_, i) => i).sort((a, b) => costs[a]! - costs[b]!);
  let end = 0;
  const counts = order.map((i, k) => {
    end = Math.max(end, k + 1);
    while (end < order.length && costs[order[end]!]! <= costs[i]! * factor) end++;
    return end - k - 1;
  });
  const total = counts.reduce((sum, count) => sum + count, 0);
  const stride = Math.max(1, total / MOST_PAIRS);
  const pairs: MatchedPair[] = [];
  let wanted = 0;
  let seen = 0;
  for (const [k, count] of counts.entries()) {
    while (wanted < seen + count) {
      pairs.push({ a: order[k]!, b: order[k + 1 + Math.floor(wanted - seen)]! });
      wanted += stride;
    }
    seen += count;
  }
  return pairs;
}

/** Over all costs, or below and above a break of the power law. */
export function spreadAtMatchedCost(
  cells: readonly MeasuredCell[],
  axis: CostAxis,
  scope: Scope,
  options: ResampleOptions,
  breakAt?: number,
): MeasuredDraft[] {
  if (breakAt === undefined) return spreadOf(cells, axis, scope, options);
  const below = cells.filter((cell) => cell.costs[axis]! < breakAt);
  const above = cells.filter((cell) => cell.costs[axis]! >= breakAt);
  const at = Number(breakAt.toPrecision(2));
  return [
    ...spreadOf(below, axis, { ...scope, below: at }, options),
    ...spreadOf(above, axis, { ...scope, above: at }, options),
  ];
}

function spreadOf(
  cells: readonly MeasuredCell[],
  axis: CostAxis,
  scope: Scope,
  options: ResampleOptions,
): MeasuredDraft[] {
  const pairs = pairsAtMatchedCost(
    cells.map((cell) => cell.costs[axis]!),
    SAME_COST,
  );
  if (pairs.length === 0) return [];
  const gaps = pairs.map(({ a, b }) => 100 * Math.abs(cells[a]!.top1 - cells[b]!.top1));
  const meanGap = (times: Times): number | undefined => {
    let sum = 0;
    let weight = 0;
    for (const [i, { a, b }] of pairs.entries()) {
      const w = times[a]! * times[b]!;
      sum += w * gaps[i]!;
      weight += w;
    }
    return weight === 0 ? undefined : sum / weight;
  };
  return [
    {
      kind: 'measured',
      slug: 'spread-at-matched-cost',
      question: `Do cells of equal ${axisNames[axis]} (within a tenth) differ in accuracy by enough to matter?`,
      axis,
      scope,
      unit: 'points of top-1, mean difference of two cells',
      effect: meanGap(eachOnce(cells.length))!,
      interval: percentileInterval(resampleCells(cells.length, meanGap, options)),
      pairs: pairs.length,
      p: null,
      verdict: null,
      note: `Largest difference ${Math.max(...gaps).toFixed(1)} points.`,
    },
  ];
}
