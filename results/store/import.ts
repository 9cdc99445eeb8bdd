/** Results trained elsewhere, as finished trials. */
import type { AddResultsOptions } from '../imported.ts';
import type { ImportedResult } from '../result-row.ts';
import { refreshCell } from './aggregates.ts';
import { costValues, insertCell } from './cell-columns.ts';
import { sweepRow, type Connection } from './connection.ts';
import { chunksOf } from './chunks.ts';
import { differing } from './import-conflicts.ts';
import { placeResults, type PlacedResult } from './placed-results.ts';
import { datasetRow } from './plan.ts';
import { cappedCosts, columnList, fieldList, perFacts, valuesOf } from './sql.ts';

/**
 * A cell and seed of the dataset is one trial, also over several imports (a point that stands in two figures is one
 * training): what the later import knows is added, and of two minival readings the one with the smaller reading error
 * stays. Whether the results contradict each other or the store, `checkResults` tells beforehand.
 */
export function addResults(
  connection: Connection,
  sweep: string,
  dataset: string,
  results: readonly ImportedResult[],
  now: number,
  { replace = false }: AddResultsOptions = {},
): number {
  const sweepN = sweepRow(connection, sweep);
  const datasetN = connection.write(() => datasetRow(connection, dataset));
  let added = 0;
  let position = 0;
  const store = (placed: PlacedResult): void => {
    const cell = importedCell(connection, datasetN, placed);
    const trial = importedTrial(connection, cell, placed, now, replace);
    added += trial.isNew ? 1 : 0;
    connection.run(
      `INSERT INTO sweep_trials (trial, sweep, position, priority, state) VALUES (?, ?, ?, 0, 'done')
       ON CONFLICT (trial, sweep) DO UPDATE SET position = excluded.position`,
      trial.n,
      sweepN,
      position++,
    );
    refreshCell(connection, cell);
  };
  // In chunks, so that a large file does not keep a running sweep from writing.
  for (const chunk of chunksOf(placeResults(connection, dataset, results).placed)) {
    connection.write(() => {
      for (const placed of chunk) store(placed);
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

/** What is given takes the place of what was known; a reading comes with its own error. */
const replaceTrial = perFacts(({ metrics }) => {
  const replaced = metrics.map(({ name, column }) =>
    name === 'readingError'
      ? `${column} = CASE WHEN @minivalTop1 IS NULL THEN ${column} ELSE @readingError END`
      : `${column} = coalesce(@${name}, ${column})`,
  );
  return `UPDATE trials SET ${replaced.join(', ')} WHERE n = @n`;
});

/** Its row number. */
function importedCell(connection: Connection, datasetN: number, { cell, scaling, axes, result }: PlacedResult): number {
  const { facts } = connection;
  connection.run(upsertCell(facts), cell, datasetN, axes, ...scaling, ...costValues(facts, result));
  return connection.get<{ n: number }>('SELECT n FROM cells WHERE key = ?', cell)?.n ?? 0;
}

function importedTrial(
  connection: Connection,
  cell: number,
  { id, seed, result }: PlacedResult,
  now: number,
  replace: boolean,
): { n: number; isNew: boolean } {
  const { facts } = connection;
  const { metrics } = facts;
  const known = connection.get<Record<string, number | null> & { n: number }>(
    `SELECT n, ${fieldList(metrics)} FROM trials WHERE id = ?`,
    id,
  );
  const given = valuesOf(metrics, result);
  const values = Object.fromEntries(metrics.map(({ name }, i) => [name, given[i]!]));
  if (known === undefined) {
    const inserted = connection
      .statement(
        `INSERT INTO trials (id, cell, seed, state, finished_at, ${columnList(metrics)})
         VALUES (@id, @cell, @seed, 'done', @now, ${metrics.map(({ name }) => `@${name}`).join(', ')})`,
      )
      .run({ ...values, id, cell, seed, now });
    return { n: Number(inserted.lastInsertRowid), isNew: true };
  }
  const { n } = known;
  const isReplaced = replace && differing(facts, known, values).length > 0;
  connection.run((isReplaced ? replaceTrial : mergeTrial)(facts), { ...values, n });
  return { n, isNew: false };
}
