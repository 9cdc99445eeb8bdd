/** Where results trained elsewhere belong: the cell and seed of each, under the ids that they have in the store. */
import { AxisNumbers, canonicalJson, contentHash } from '../../contract/index.ts';
import type { MergedValue } from '../imported.ts';
import type { ImportedResult } from '../result-row.ts';
import type { Connection } from './connection.ts';
import { valuesOf } from './sql.ts';

export interface PlacedResult {
  readonly result: ImportedResult;
  /** Key of the cell. */
  readonly cell: string;
  /** Values of the scaling axes, in the order of the table. */
  readonly scaling: readonly (number | null)[];
  /** The other axes, as canonical JSON. */
  readonly axes: string;
  readonly seed: number;
  /** The trial's id. */
  readonly id: string;
}

interface Placed {
  readonly placed: readonly PlacedResult[];
  readonly merged: readonly MergedValue[];
}

/**
 * Rows of one cell without a seed are its seeds 0, 1, 2... in the order given. Values of an axis within 1e-9 of each other, or
 * of one that the dataset's cells have, are one.
 */
export function placeResults(connection: Connection, dataset: string, results: readonly ImportedResult[]): Placed {
  const { scaling } = connection.facts;
  const numbers = axisNumbers(connection, dataset, results);
  const merged = new Map<string, MergedValue>();
  const settle = <T>(axis: string, given: T): T | number => {
    if (typeof given !== 'number') return given;
    const taken = numbers.get(axis)?.settle(given) ?? given;
    if (taken !== given) merged.set(`${axis} ${given}`, { axis, given, taken });
    return taken;
  };
  const nextSeed = new Map<string, number>();
  const placed = results.map((result): PlacedResult => {
    const values = valuesOf(scaling, result).map((value, i) =>
      settle(scaling[i]!.name, value ?? scaling[i]!.absent ?? null),
    );
    const axes = Object.fromEntries(
      Object.entries(result.axes ?? {}).map(([name, value]) => [name, settle(`axes.${name}`, value)]),
    );
    const named = scaling.flatMap(({ name, absent }, i) => (values[i] === absent ? [] : [[name, values[i]] as const]));
    const cell = contentHash({ imported: dataset, ...Object.fromEntries(named), axes }).slice(0, 16);
    const next = nextSeed.get(cell) ?? 0;
    const seed = result.seed ?? next;
    nextSeed.set(cell, Math.max(next, seed + 1));
    const id = contentHash({ cell, seed }).slice(0, 16);
    return { result, cell, scaling: values, axes: canonicalJson(axes), seed, id };
  });
  return { placed, merged: [...merged.values()] };
}

/** By axis. Of two values of the file that are one, the shorter is taken: 0.3 for 0.30000000000000004. */
function axisNumbers(
  connection: Connection,
  dataset: string,
  results: readonly ImportedResult[],
): ReadonlyMap<string, AxisNumbers> {
  const given = new Map<string, Set<number>>();
  const note = (axis: string, value: unknown): void => {
    if (typeof value !== 'number') return;
    const values = given.get(axis) ?? new Set();
    given.set(axis, values.add(value));
  };
  for (const result of results) {
    for (const { name } of connection.facts.scaling) note(name, Reflect.get(result, name));
    for (const [name, value] of Object.entries(result.axes ?? {})) note(`axes.${name}`, value);
  }
  const stored = storedNumbers(connection, dataset);
  return new Map(
    [...given].map(([axis, values]) => {
      const numbers = new AxisNumbers(stored.get(axis));
      for (const value of [...values].toSorted((a, b) => String(a).length - String(b).length || a - b))
        numbers.settle(value);
      return [axis, numbers];
    }),
  );
}

function storedNumbers(connection: Connection, dataset: string): ReadonlyMap<string, ReadonlySet<number>> {
  const found = new Map<string, Set<number>>();
  const row = connection.get<{ n: number }>('SELECT n FROM datasets WHERE key = ?', dataset);
  if (row === undefined) return found;
  for (const { name, column } of connection.facts.scaling) {
    const values = connection.all<{ value: number }>(
      `SELECT DISTINCT ${column} AS value FROM cells WHERE dataset = ?`,
      row.n,
    );
    found.set(name, new Set(values.map(({ value }) => value)));
  }
  const forms = connection.all<{ axes: string }>('SELECT DISTINCT axes FROM cells WHERE dataset = ?', row.n);
  for (const { axes } of forms) {
    for (const [name, value] of Object.entries(JSON.parse(axes) as Record<string, unknown>)) {
      if (typeof value !== 'number') continue;
      const values = found.get(`axes.${name}`) ?? new Set();
      found.set(`axes.${name}`, values.add(value));
    }
  }
  return found;
}
