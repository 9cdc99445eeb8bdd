/** What queries read per cell, kept up as trials finish. */
import { bucketOf } from './buckets.ts';
import type { Connection } from './connection.ts';

interface Aggregate {
  seeds: number;
  failed: number;
  minival: number | null;
  ss: number | null;
  test: number | null;
  step: number | null;
  seconds: number | null;
  peak: number | null;
  reading: number | null;
}

/**
 * Means over a cell's finished seeds, taken anew from its trials (a handful), so that no error builds up; and the
 * dataset's pooled seed noise, corrected by the difference. A trial without minival top-1 counts for no mean of it.
 * Inside the caller's transaction, at its end: several seeds of a cell often finish in one.
 */
export function refreshCell(connection: Connection, cell: number): void {
  connection.onceAtTheEnd(`cell ${cell}`, () => refreshNow(connection, cell));
}

function refreshNow(connection: Connection, cell: number): void {
  const before = connection.get<{ dataset: number; seeds: number; minival_ss: number }>(
    'SELECT dataset, seeds, minival_ss FROM cells WHERE n = ?',
    cell,
  );
  const after = connection.get<Aggregate>(
    `WITH finished AS (SELECT * FROM trials WHERE cell = @cell AND state = 'done'),
       mean AS (SELECT avg(minival_top1) AS top1 FROM finished)
     SELECT count(minival_top1) AS seeds,
       (SELECT count(*) FROM trials WHERE cell = @cell AND state = 'failed') AS failed,
       avg(minival_top1) AS minival,
       sum((minival_top1 - (SELECT top1 FROM mean)) * (minival_top1 - (SELECT top1 FROM mean))) AS ss,
       avg(test_top1) AS test, avg(step_ms) AS step, avg(seconds) AS seconds, max(peak_bytes) AS peak,
       max(reading_error) AS reading
     FROM finished`,
    { cell },
  );
  if (before === undefined || after === undefined) return;
  const ss = after.ss ?? 0;
  connection.run(
    `UPDATE cells SET seeds = ?, failed_seeds = ?, minival_top1 = ?, minival_ss = ?, test_top1 = ?, step_ms = ?, step_bucket = ?,
       seconds = ?, peak_bytes = ?, reading_error = ? WHERE n = ?`,
    after.seeds,
    after.failed,
    after.minival,
    ss,
    after.test,
    after.step,
    bucketOf(after.step),
    after.seconds,
    after.peak,
    after.reading,
    cell,
  );
  connection.run(
    'UPDATE datasets SET noise_df = noise_df + ?, noise_ss = max(0, noise_ss + ?), reading_error = max(reading_error, ?) WHERE n = ?',
    Math.max(after.seeds - 1, 0) - Math.max(before.seeds - 1, 0),
    ss - before.minival_ss,
    after.reading ?? 0,
    before.dataset,
  );
}
