/** Results trained elsewhere, as finished trials. */
import { canonicalJson, contentHash } from '../../contract/index.ts';
import type { ImportedResult } from '../result-row.ts';
import { refreshCell } from './aggregates.ts';
import { bucketOf } from './buckets.ts';
import { sweepRow, type Connection } from './connection.ts';
import { chunksOf } from './chunks.ts';
import { datasetRow } from './plan.ts';

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

interface CellKey {
  readonly n: number;
  readonly key: string;
}

function importedCell(connection: Connection, datasetN: number, dataset: string, result: ImportedResult): CellKey {
  const { width, depth, resolution, epochs, axes = {} } = result;
  const key = contentHash({ imported: dataset, width, depth, resolution, epochs, axes }).slice(0, 16);
  const costs = [result.flops, result.params, result.activations, result.memoryBytes, result.trainFlops].map(
    (cost) => cost ?? null,
  );
  connection.run(
    `INSERT INTO cells (key, dataset, width, depth, resolution, epochs, axes, flops, params, activations, memory_bytes, train_flops,
       flops_bucket, params_bucket, memory_bucket, train_flops_bucket)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET
       flops = coalesce(excluded.flops, flops), flops_bucket = min(excluded.flops_bucket, flops_bucket),
       params = coalesce(excluded.params, params), params_bucket = min(excluded.params_bucket, params_bucket),
       activations = coalesce(excluded.activations, activations),
       memory_bytes = coalesce(excluded.memory_bytes, memory_bytes), memory_bucket = min(excluded.memory_bucket, memory_bucket),
       train_flops = coalesce(excluded.train_flops, train_flops),
       train_flops_bucket = min(excluded.train_flops_bucket, train_flops_bucket)`,
    key,
    datasetN,
    width,
    depth,
    resolution,
    epochs,
    canonicalJson(axes),
    ...costs,
    bucketOf(result.flops),
    bucketOf(result.params),
    bucketOf(result.memoryBytes),
    bucketOf(result.trainFlops),
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
  const metrics = {
    minivalTop1: result.minivalTop1 ?? null,
    readingError: result.readingError ?? null,
    minivalLoss: result.minivalLoss ?? null,
    testTop1: result.testTop1 ?? null,
    testLoss: result.testLoss ?? null,
    trainTop1: result.trainTop1 ?? null,
    trainLoss: result.trainLoss ?? null,
    seconds: result.seconds ?? null,
    trainSeconds: result.trainSeconds ?? null,
    stepMs: result.stepMs ?? null,
    peakBytes: result.peakBytes ?? null,
  };
  if (known === undefined) {
    const inserted = connection
      .statement(
        `INSERT INTO trials (id, cell, seed, state, finished_at, minival_top1, reading_error, minival_loss, test_top1, test_loss,
           train_top1, train_loss, seconds, train_seconds, step_ms, peak_bytes)
         VALUES (@id, @cell, @seed, 'done', @now, @minivalTop1, @readingError, @minivalLoss, @testTop1, @testLoss,
           @trainTop1, @trainLoss, @seconds, @trainSeconds, @stepMs, @peakBytes)`,
      )
      .run({ ...metrics, id, cell: cell.n, seed, now });
    return { n: Number(inserted.lastInsertRowid), isNew: true };
  }
  const isBetter =
    '@minivalTop1 IS NOT NULL AND (minival_top1 IS NULL OR coalesce(@readingError, 0) <= coalesce(reading_error, 0))';
  connection.run(
    `UPDATE trials SET
       reading_error = CASE WHEN ${isBetter} THEN @readingError ELSE reading_error END,
       minival_top1 = CASE WHEN ${isBetter} THEN @minivalTop1 ELSE minival_top1 END,
       minival_loss = coalesce(@minivalLoss, minival_loss), test_top1 = coalesce(@testTop1, test_top1),
       test_loss = coalesce(@testLoss, test_loss), train_top1 = coalesce(@trainTop1, train_top1),
       train_loss = coalesce(@trainLoss, train_loss), seconds = coalesce(@seconds, seconds),
       train_seconds = coalesce(@trainSeconds, train_seconds), step_ms = coalesce(@stepMs, step_ms), peak_bytes = coalesce(@peakBytes, peak_bytes)
     WHERE n = @n`,
    { ...metrics, n: known.n },
  );
  return { n: known.n, isNew: false };
}
