/** A cell into its table: the scaling axes, the costs, and the costs' buckets. */
import type { Facts } from '../../contract/index.ts';
import { bucketOf } from './buckets.ts';
import { cappedCosts, columnList, marks, perFacts, valuesOf } from './sql.ts';

/** Takes key, dataset and axes, then the values of the scaling axes and {@link costValues}. */
export const insertCell = perFacts((facts) => {
  const buckets = cappedCosts(facts).map(({ budget }) => budget.bucket);
  const columns = [columnList([...facts.scaling, ...facts.costs]), ...buckets].join(', ');
  return `INSERT INTO cells (key, dataset, axes, ${columns})
    VALUES (?, ?, ?${marks(facts.scaling.length + facts.costs.length + buckets.length)})`;
});

/** The costs, `null` where unknown, and their buckets. */
export function costValues(facts: Facts, costs: object): (number | null)[] {
  return [...valuesOf(facts.costs, costs), ...valuesOf(cappedCosts(facts), costs).map(bucketOf)];
}
