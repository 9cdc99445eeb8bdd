/** Caps on costs: what a grid asks about, and what `best` is asked under. */
import { formatAmount } from '../amounts.ts';
import { COSTS, type CostFact } from './costs.ts';
import type { Capped } from './fact.ts';
import { METRICS, type MetricFact } from './metrics.ts';

export type CostAxis = Extract<(typeof COSTS)[number] | (typeof METRICS)[number], { budget: object }>['name'];

/** Caps on cost axes; what is not named is not capped. FLOPs, parameters, bytes, milliseconds. */
export type Budget = Readonly<Partial<Record<CostAxis, number>>>;

export type CappedFact = (CostFact | MetricFact) & { readonly budget: Capped };

/** The rows that a budget can cap, by their rank. */
export function cappedOf(rows: readonly (CostFact | MetricFact)[]): CappedFact[] {
  return rows
    .filter((row): row is CappedFact => row.budget !== undefined)
    .sort((a, b) => a.budget.rank - b.budget.rank);
}

/** What a budget can cap, by rank. */
const cappedFacts: readonly CappedFact[] = cappedOf([...COSTS, ...METRICS]);

/** `at matched step time`. */
export const costNouns = Object.fromEntries(cappedFacts.map(({ name, budget }) => [name, budget.noun])) as Readonly<
  Record<CostAxis, string>
>;

export const costAxes = cappedFacts.map(({ name }) => name) as readonly CostAxis[];

/** `at most 2G FLOPs and 1M parameters`, or `no budget`. */
export function budgetText(budget: Budget): string {
  const caps = cappedFacts.flatMap(({ name, budget: { words } }) => {
    const cap = budget[name as CostAxis];
    return cap === undefined ? [] : [`${formatAmount(cap)} ${words}`];
  });
  return caps.length === 0 ? 'no budget' : `at most ${caps.join(' and ')}`;
}
