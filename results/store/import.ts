/** Results trained elsewhere, as finished trials. */
import { canonicalJson, contentHash } from '../../contract/index.ts';
import type { ImportedResult } from '../result-row.ts';
import { refreshCell } from './aggregates.ts';
import { costValues, insertCell } from './cell-columns.ts';
import { sweepRow, type Connection } from './connection.ts';
import { chunksOf } from './chunks.ts';
import { datasetRow } from './plan.ts';
import { cappedCosts, columnList, perFacts, valuesOf } from './sql.ts';

/**
 * Rows of one cell without a seed are its seeds 0, 1, 2... in the order given. A cell and seed of the dataset is one
 * trial, also over several imports (a point that stands in two figures is one training): what the later import knows is
 * added, and of two minival readings the one with the smaller reading error stays.
 */
export function addResults(
  connection: Connection,
  sweep: string,
  dataset: string,
  results: Iterable<ImportedResult>,
  now: number,
): number {
  const sweepN = sweepRow(connection, sweep);
  const datasetN = connection.write(() => datasetRow(connection, dataset));
  const seedsOf = new Map<number, number>();
  let added = 0;
  let position = 0;
  const store = (result: ImportedResult): void => {
    const cell = importedCell(connection, datasetN, dataset, result);
    const seed = result.seed ?? seedsOf.get(cell.n) ?? 0;
    seedsOf.set(cell.n, seed + 1);
    const trial = importedTrial(connection, cell, seed, result, now);
    added += trial.isNew ? 1 : 0;
    connection.run(
      `INSERT INTO sweep_trials (trial, sweep, position, priority, state) VALUES (?, ?, ?, 0, 'done')
       ON CONFLICT (trial, sweep) DO UPDATE SET position = excluded.position`,
      trial.n,
      sweepN,
      position++,
    );
    refreshCell(connection, cell.n);
  };
  // In chunks, so that a large file does not keep a running sweep from writing.
  for (const chunk of chunksOf(results)) {
    connection.write(() => {
      for (const result of chunk) store(result);
    });
  }
  connection.write(() =>
    connection.run("UPDATE sweeps SET complete = 1, source = 'imported', dataset = ? WHERE n = ?", datasetN, sweepN),
  );
  return added;
}

/** A cost that a later import does not know stays. */
const upsertCell = perFacts((facts) => {
  const buckets = cappedCosts(facts).map(({ budget: { bucket } }) => `${bucket} = min(excluded.${bucket}, ${bucket})`);
  const costs = columnList(facts.costs, (column) => `${column} = coalesce(excluded.${column}, ${column})`);
  return `${insertCell(facts)} ON CONFLICT (key) DO UPDATE SET ${[costs, ...buckets].join(', ')}`;
});

/** The surer of two minival readings stays, with its error; of the other metrics the later one that is known. */
const mergeTrial = perFacts(({ metrics }) => {
  const isBetter =
    '@minivalTop1 IS NOT NULL AND (minival_top1 IS NULL OR coalesce(@readingError, 0) <= coalesce(reading_error, 0))';
  const merged = metrics.map(({ name, column }) =>
    name === 'minivalTop1' || name === 'readingError'
      ? `${column} = CASE WHEN ${isBetter} THEN @${name} ELSE ${column} END`
      : `${column} = coalesce(@${name}, ${column})`,
  );
  return `UPDATE trials SET ${merged.join(', ')} WHERE n = @n`;
});

interface CellKey {
  readonly n: number;
  readonly key: string;
}

function importedCell(connection: Connection, datasetN: number, dataset: string, result: ImportedResult): CellKey {
  const { axes = {} } = result;
  const { facts } = connection;
  const scaling = facts.scaling.map((axis) => ({ axis, value: valuesOf([axis], result)[0] ?? axis.absent ?? null }));
  const named = scaling.filter(({ axis, value }) => value !== axis.absent).map(({ axis, value }) => [axis.name, value]);
  const key = contentHash({ imported: dataset, ...Object.fromEntries(named), axes }).slice(0, 16);
  connection.run(
    upsertCell(facts),
    key,
    datasetN,
    canonicalJson(axes),
    ...scaling.map(({ value }) => value),
    ...costValues(facts, result),
  );
  return connection.get<CellKey>('SELECT n, key FROM cells WHERE key = ?', key) ?? { n: 0, key };
}

function importedTrial(
  connection: Connection,
  cell: CellKey,
  seed: number,
  result: ImportedResult,
  now: number,
): { n: number; isNew: boolean } {
  const id = contentHash({ cell: cell.key, seed }).slice(0, 16);
  const known = connection.get<{ n: number }>('SELECT n FROM trials WHERE id = ?', id);
  const { metrics } = connection.facts;
  const given = valuesOf(metrics, result);
  const values = Object.fromEntries(metrics.map(({ name }, i) => [name, given[i]!]));
  if (known === undefined) {
    const inserted = connection
      .statement(
        `INSERT INTO trials (id, cell, seed, state, finished_at, ${columnList(metrics)})
         VALUES (@id, @cell, @seed, 'done', @now, ${metrics.map(({ name }) => `@${name}`).join(', ')})`,
      )
      .run({ ...values, id, cell: cell.n, seed, now });
    return { n: Number(inserted.lastInsertRowid), isNew: true };
  }
  connection.run(mergeTrial(connection.facts), { ...values, n: known.n });
  return { n: known.n, isNew: false };
}
