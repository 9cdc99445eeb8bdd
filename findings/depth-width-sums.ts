/** The comparisons of depth against width, made once: several questions group them in their own ways. */
import type { MeasuredCell } from './cells.ts';
import type { MatchedCost } from './finding.ts';
import { groupBy } from './group-by.ts';
import { matchedPairs, sumBy } from './matched.ts';
import { PairSum } from './pair-sum.ts';

/** One schedule's comparisons, by the cell that depth and width start from. */
export interface DepthWidthSums {
  readonly epochs: number;
  readonly byBase: ReadonlyMap<MeasuredCell, PairSum>;
}

/** Per schedule, shortest first. */
export function depthWidthSums(cells: readonly MeasuredCell[], axis: MatchedCost): DepthWidthSums[] {
  return [...groupBy(cells, (cell) => cell.epochs)]
    .map(([epochs, schedule]) => ({
      epochs,
      byBase: sumBy(matchedPairs(schedule, 'depth', 'width', axis), ({ base }) => base),
    }))
    .sort((a, b) => a.epochs - b.epochs);
}

/** Its comparisons added up by a key of their base. */
export function regroup<K>({ byBase }: DepthWidthSums, keyOf: (base: MeasuredCell) => K): Map<K, PairSum> {
  const groups = groupBy([...byBase], ([base]) => keyOf(base));
  return new Map([...groups].map(([key, group]) => [key, PairSum.total(group.map(([, sum]) => sum))]));
}
