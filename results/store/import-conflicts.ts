/** What results trained elsewhere say otherwise than each other, or than the store: found before anything is written. */
import { isSameValue, type Facts } from '../../contract/index.ts';
import type { ImportCheck, ImportConflict } from '../imported.ts';
import type { ImportedResult } from '../result-row.ts';
import type { Connection } from './connection.ts';
import { placeResults, type PlacedResult } from './placed-results.ts';
import { fieldList } from './sql.ts';

type Values = Readonly<Record<string, number | null | undefined>>;

/** Costs of a network are counted here, rounded in a publication: this much apart they are one. */
const COST_TOLERANCE = 0.05;

export function checkResults(connection: Connection, dataset: string, results: readonly ImportedResult[]): ImportCheck {
  const { placed, merged } = placeResults(connection, dataset, results);
  const seen = new Map<string, { index: number; values: Values }>();
  const conflicts = placed.flatMap((each, index) => {
    const earlier = seen.get(each.id);
    const old = earlier?.values ?? storedValues(connection, each);
    const given = each.result as unknown as Values;
    seen.set(each.id, { index: earlier?.index ?? index, values: { ...old, ...known(given) } });
    if (old === undefined) return [];
    const other = earlier?.index ?? null;
    return differing(connection.facts, old, given).map((field): ImportConflict => ({
      index,
      other,
      seed: each.seed,
      field,
      old: old[field]!,
      given: given[field]!,
    }));
  });
  return { conflicts, merged };
}

/** Names of the numbers that both know and do not agree on. */
export function differing(facts: Facts, old: Values, given: Values): string[] {
  const disagree = (name: string): boolean => {
    const [a, b] = [old[name], given[name]];
    return a != null && b != null && !isSameValue(a, b) && !(name === 'minivalTop1' && isSameReading(old, given));
  };
  const isFar = (name: string): boolean => {
    const [a, b] = [old[name], given[name]];
    return a != null && b != null && Math.abs(a - b) > COST_TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
  };
  return [
    ...facts.costs.filter(({ name }) => isFar(name)),
    // The error of a reading tells how far it may be from another.
    ...facts.metrics.filter(({ name }) => name !== 'readingError' && disagree(name)),
  ].map(({ name }) => name);
}

/** Readings of a plot are of one value when they lie within twice their standard errors of each other. */
function isSameReading(old: Values, given: Values): boolean {
  const apart = Math.abs((old['minivalTop1'] ?? 0) - (given['minivalTop1'] ?? 0));
  return apart <= 2 * ((old['readingError'] ?? 0) + (given['readingError'] ?? 0));
}

const known = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined));

function storedValues(connection: Connection, { id }: PlacedResult): Values | undefined {
  const { costs, metrics } = connection.facts;
  return connection.get<Record<string, number | null>>(
    `SELECT ${fieldList(costs, 'c.')}, ${fieldList(metrics, 't.')} FROM trials t JOIN cells c ON c.n = t.cell WHERE t.id = ?`,
    id,
  );
}
