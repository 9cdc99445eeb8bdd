/** SQL made from the tables of facts. */
import {
  cappedOf,
  type CostAxis,
  type Fact,
  type Facts,
  type MetricFact,
  type ScalingAxis,
} from '../../contract/index.ts';

type Column = Pick<Fact, 'name' | 'column'>;

/** Something made from the tables once, however often it is asked for: a statement's text, a map by name. */
export function perFacts<T>(make: (facts: Facts) => T): (facts: Facts) => T {
  const made = new WeakMap<Facts, T>();
  return (facts) => {
    const found = made.get(facts);
    if (found !== undefined) return found;
    const fresh = make(facts);
    made.set(facts, fresh);
    return fresh;
  };
}

/** `minival_top1, test_top1`, each through `write` (`(column) => `t.${column}``) where one is given. */
export function columnList(rows: readonly Column[], write: (column: string) => string = (column) => column): string {
  return rows.map(({ column }) => write(column)).join(', ');
}

/** `t.minival_top1 AS minivalTop1, t.test_top1 AS testTop1`: reads the columns under the names of fields. */
export function fieldList(rows: readonly Column[], table = ''): string {
  return rows.map(({ name, column }) => `${table}${column} AS ${name}`).join(', ');
}

/** What an object has under the rows' names; what it does not name is unknown. */
export function valuesOf(rows: readonly Column[], named: object): (number | null)[] {
  return rows.map(({ name }) => (named as Readonly<Record<string, number | null | undefined>>)[name] ?? null);
}

/** `, ?` for each of so many values, behind others. */
export const marks = (count: number): string => ', ?'.repeat(count);

/** The metrics that workers report with a finished trial. */
export const reported = perFacts(({ metrics }) => metrics.filter(({ wire }) => wire !== undefined));

type OverSeeds = MetricFact & { readonly overSeeds: NonNullable<MetricFact['overSeeds']> };

/** The metrics that a cell has of its seeds. */
export const overSeeds = perFacts(({ metrics }) =>
  metrics.filter((row): row is OverSeeds => row.overSeeds !== undefined),
);

const AGGREGATES = { mean: 'avg', max: 'max' } as const;

/** `avg(t.minival_top1) AS minival_top1, max(t.peak_bytes) AS peak_bytes`. */
export function aggregateList(rows: readonly OverSeeds[], table = ''): string {
  return rows.map(({ column, overSeeds: over }) => `${AGGREGATES[over]}(${table}${column}) AS ${column}`).join(', ');
}

/** The costs that have an index, by name. */
export const capped = perFacts(({ costs, metrics }) => cappedOf([...costs, ...metrics]));

/** Names of {@link capped}; of a table longer than FACTS, more than the type says. */
export const costAxesOf = perFacts((facts) => capped(facts).map(({ name }) => name) as CostAxis[]);

/** Names of the scaling axes, likewise. */
export const scalingAxesOf = perFacts(({ scaling }) => scaling.map(({ name }) => name) as ScalingAxis[]);

/** Those that are known before anything is measured. */
export const cappedCosts = perFacts(({ costs }) => cappedOf(costs));
