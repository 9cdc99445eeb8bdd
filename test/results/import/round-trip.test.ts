/** Drawn results through an export, an import and out again, and with one value changed. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { COSTS, isSameValue, METRICS, type Accepts } from '../../../contract/index.ts';
import { exportRows, importResults, openStore, resultRows, type ResultRow } from '../../../results/index.ts';
import fc from '../../support/property.ts';
import { temporaryFolder } from '../support/fixtures.ts';

const double = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });
const VALUES: Readonly<Record<Accepts, fc.Arbitrary<number>>> = {
  fraction: double(0, 1),
  positive: double(1e4, 1e15),
  amount: double(0, 1e9),
  count: fc.integer({ min: 1, max: 1e6 }),
};
/** Values that are one within 1e-9 would be one cell. */
const distinct = (values: fc.Arbitrary<number>): fc.Arbitrary<number[]> =>
  fc.uniqueArray(values, { comparator: isSameValue, minLength: 1, maxLength: 4 });
/** Anything that does not read as a number, a truth value, a list or nothing. */
const text = fc
  .string({ unit: fc.constantFrom('a', 'Z', 'é', '中', ' ', ',', '"', '\n', ';', '=', '7'), maxLength: 6 })
  .map((tail) => `w${tail}`);
/** An object's text, in one order of its fields. */
const sorted = (named: object): [string, unknown][] =>
  Object.entries(named).toSorted(([a], [b]) => (a < b ? -1 : 1)) as [string, unknown][];
const facts = (rows: readonly { readonly name: string; readonly accepts: Accepts }[]) =>
  fc.record(Object.fromEntries(rows.map(({ name, accepts }) => [name, fc.option(VALUES[accepts])])));

const cells = fc
  .record({ widths: distinct(double(1e-3, 1e3)), numbers: distinct(double(-1e9, 1e9)) })
  .chain(({ widths, numbers }) =>
    fc.uniqueArray(
      fc.record({
        shape: fc.record({
          width: fc.constantFrom(...widths),
          depth: VALUES.count,
          resolution: VALUES.count,
          epochs: fc.integer({ min: 1, max: 3 }),
        }),
        axes: fc.record(
          {
            number: fc.constantFrom(...numbers).map((value) => value + 0),
            flag: fc.boolean(),
            text,
            list: fc.array(fc.integer({ min: 1, max: 9 })),
            id: fc.constantFrom('89067784857377e8', '1234567890123456', '0012'),
          },
          { requiredKeys: [] },
        ),
        costs: facts(COSTS),
        trials: fc.uniqueArray(fc.record({ seed: fc.integer({ min: 0, max: 0xffff_ffff }), metrics: facts(METRICS) }), {
          selector: ({ seed }) => seed,
          minLength: 1,
          maxLength: 3,
        }),
      }),
      {
        selector: ({ shape, axes }) => JSON.stringify([shape, sorted(axes)]),
        minLength: 1,
        maxLength: 5,
      },
    ),
  );

type Drawn = typeof cells extends fc.Arbitrary<infer T> ? T : never;

const rowsOf = (drawn: Drawn): ResultRow[] =>
  drawn.flatMap(({ shape, axes, costs, trials }) =>
    trials.map(
      ({ seed, metrics }) =>
        ({
          id: '0',
          sweep: '0',
          source: 'trained',
          seed,
          ...shape,
          ...costs,
          ...metrics,
          axes,
        }) as unknown as ResultRow,
    ),
  );

/** What is measured and where, in an order that does not depend on ids. */
const measured = (rows: readonly object[]): string[] =>
  rows
    .map((row) => {
      const { id: _i, sweep: _s, source: _o, axes, ...rest } = row as ResultRow;
      return JSON.stringify([sorted(rest), sorted(axes)]);
    })
    .toSorted();

let drawnFiles = 0;

function imported(csv: Uint8Array, act: (take: (csv: Uint8Array, replace?: boolean) => object) => void): ResultRow[] {
  const at = temporaryFolder();
  const store = openStore(path.join(at, 'results.db'));
  try {
    const take = (bytes: Uint8Array, replace = false): object => {
      const file = path.join(at, `rows-${drawnFiles++}.csv`);
      writeFileSync(file, bytes);
      return importResults(store, file, { dataset: 'elsewhere', now: 1, replace });
    };
    take(csv);
    act(take);
    return resultRows(store);
  } finally {
    store.close();
  }
}

const RUNS = { numRuns: 20 };

test('results come back as they were, in JSON and in CSV, under the same ids each time', () => {
  fc.assert(
    fc.property(cells, (drawn) => {
      const rows = rowsOf(drawn);
      const first = imported(exportRows(rows, 'csv'), (take) =>
        expect(take(exportRows(rows, 'csv'))).toMatchObject({ results: rows.length, added: 0, replaced: 0 }),
      );
      expect(measured(first)).toEqual(measured(rows));
      expect(measured(JSON.parse(Buffer.from(exportRows(first, 'json')).toString()) as object[])).toEqual(
        measured(rows),
      );
      const second = imported(exportRows(first, 'csv'), () => {});
      expect(second.map(({ id }) => id).toSorted()).toEqual(first.map(({ id }) => id).toSorted());
      expect(measured(second)).toEqual(measured(rows));
    }),
    RUNS,
  );
});

test('one value changed is refused and changes nothing; replaced, it is that value', () => {
  fc.assert(
    fc.property(cells, fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (drawn, place, top1) => {
      const rows = rowsOf(drawn);
      const at = place % rows.length;
      const known = rows.map((row) => ({ ...row, minivalTop1: row.minivalTop1 ?? 0.5, readingError: null }));
      fc.pre(!isSameValue(known[at]!.minivalTop1, top1));
      const changed = known.map((row, i) => (i === at ? { ...row, minivalTop1: top1 } : row));
      const after = imported(exportRows(known, 'csv'), (take) => {
        expect(() => take(exportRows(changed, 'csv'))).toThrow(`:${csvLine(changed, at)}: minivalTop1 ${top1}`);
        expect(take(exportRows(changed, 'csv'), true)).toMatchObject({ added: 0, replaced: 1 });
      });
      expect(measured(after)).toEqual(measured(changed));
    }),
    RUNS,
  );
});

/** The line on which a row begins: a text may hold line ends. */
function csvLine(rows: readonly ResultRow[], at: number): number {
  const before = Buffer.from(exportRows(rows.slice(0, at), 'csv')).toString();
  const whole = Buffer.from(exportRows(rows, 'csv')).toString();
  const breaks = (value: string): number => value.split('\n').length - 1;
  return breaks(at === 0 ? whole.slice(0, whole.indexOf('\n') + 1) : before) + 1;
}
