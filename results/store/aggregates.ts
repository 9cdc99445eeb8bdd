/** What queries read per cell, kept up as trials finish. */
import { cappedOf } from '../../contract/index.ts';
import { bucketOf } from './buckets.ts';
import type { Connection, Row } from './connection.ts';
import { aggregateList, overSeeds, perFacts } from './sql.ts';

interface Before extends Row {
  readonly dataset: number;
  readonly axes: string;
  readonly epochs: number;
  readonly resolution: number;
  readonly seeds: number;
  readonly minival_ss: number;
}

type Aggregate = Row & { readonly seeds: number; readonly failed: number; readonly ss: number | null };

const measure = perFacts(
  (facts) =>
    `WITH finished AS (SELECT * FROM trials WHERE cell = @cell AND state = 'done'),
       mean AS (SELECT avg(minival_top1) AS top1 FROM finished)
     SELECT count(minival_top1) AS seeds,
       (SELECT count(*) FROM trials WHERE cell = @cell AND state = 'failed') AS failed,
       sum((minival_top1 - (SELECT top1 FROM mean)) * (minival_top1 - (SELECT top1 FROM mean))) AS ss,
       ${aggregateList(overSeeds(facts))}
     FROM finished`,
);

/** Those of the capped numbers that are measured, and so change with a cell's seeds. */
const measuredCaps = perFacts((facts) => cappedOf(facts.metrics));

const update = perFacts((facts) => {
  const measured = [
    ...overSeeds(facts).map(({ column }) => column),
    ...measuredCaps(facts).map(({ budget }) => budget.bucket),
  ];
  return `UPDATE cells SET seeds = ?, failed_seeds = ?, minival_ss = ?, ${measured.map((column) => `${column} = ?`).join(', ')} WHERE n = ?`;
});

/**
 * Means over a cell's finished seeds, computed from its trials each time (a handful), so that no error builds up; and the
 * seed noise of its dataset and of its place in it, corrected by the difference. A trial without minival top-1 counts for no mean of it.
 * Inside the caller's transaction, at its end: several seeds of a cell often finish in one.
 */
export function refreshCell(connection: Connection, cell: number): void {
  connection.onceAtTheEnd(`cell ${cell}`, () => refreshNow(connection, cell));
}

function refreshNow(connection: Connection, cell: number): void {
  const before = connection.get<Before>(
    'SELECT dataset, axes, epochs, resolution, seeds, minival_ss FROM cells WHERE n = ?',
    cell,
  );
  const { facts } = connection;
  const after = connection.get<Aggregate>(measure(facts), { cell });
  if (before === undefined || after === undefined) return;
  const ss = after.ss ?? 0;
  const means = overSeeds(facts).map(({ column }) => after[column] ?? null);
  const buckets = measuredCaps(facts).map(({ column }) => bucketOf(after[column] as number | null));
  connection.run(update(facts), after.seeds, after.failed, ss, ...means, ...buckets, cell);
  const df = Math.max(after.seeds - 1, 0) - Math.max(before.seeds - 1, 0);
  connection.run(
    'UPDATE datasets SET noise_df = noise_df + ?, noise_ss = max(0, noise_ss + ?), reading_error = max(reading_error, ?) WHERE n = ?',
    df,
    ss - before.minival_ss,
    after['reading_error'] ?? 0,
    before.dataset,
  );
  if (df === 0 && ss === before.minival_ss) return;
  connection.run(
    `INSERT INTO seed_noise (dataset, axes, epochs, resolution, df, ss) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET df = df + excluded.df, ss = max(0, ss + excluded.ss)`,
    before.dataset,
    before.axes,
    before.epochs,
    before.resolution,
    df,
    ss - before.minival_ss,
  );
}
