/** A sweep's plan into the store: cells, trials, and the trials' places in the sweep. */
import { canonicalJson, contentHash, type Facts, type TrialSpec } from '../../contract/index.ts';
import type { AddedTrials, AddTrialsOptions, SweepFacts, TrialToStore } from '../store.ts';
import { costValues, insertCell } from './cell-columns.ts';
import { chunksOf } from './chunks.ts';
import { sweepRow, type Connection } from './connection.ts';

export function addTrials(
  connection: Connection,
  sweep: string,
  trials: Iterable<TrialToStore>,
  options: AddTrialsOptions,
): AddedTrials {
  const n = sweepRow(connection, sweep);
  const priorityOf = options.priority ?? ((trial: TrialToStore): number => trial.cost.trainFlops);
  let added = 0;
  let position = 0;
  const store = (planned: TrialToStore): void => {
    const trial = storeTrial(connection, planned, options.predictedSeconds?.(planned) ?? null);
    added += trial.isNew ? 1 : 0;
    connection.run(
      `INSERT INTO sweep_trials (trial, sweep, position, priority, state)
       VALUES (@trial, @sweep, @position, @priority, (SELECT state FROM trials WHERE n = @trial))
       ON CONFLICT (trial, sweep) DO UPDATE SET position = excluded.position, priority = excluded.priority`,
      { trial: trial.n, sweep: n, position, priority: priorityOf(planned, position) },
    );
    if (position === 0) {
      const { engine, data } = planned.trial.spec;
      const facts: SweepFacts = { engine, dataset: data.name };
      connection.run('UPDATE sweeps SET dataset = ?, facts = ? WHERE n = ?', trial.dataset, canonicalJson(facts), n);
    }
    position++;
  };
  for (const chunk of chunksOf(trials)) {
    connection.write(() => {
      for (const planned of chunk) store(planned);
    });
  }
  connection.write(() => connection.run('UPDATE sweeps SET complete = 1 WHERE n = ?', n));
  connection.moveLog();
  const total = connection.get<{ total: number; done: number }>(
    `SELECT coalesce(sum(trials), 0) AS total, coalesce(sum(trials) FILTER (WHERE state = 'done'), 0) AS done
     FROM sweep_counts WHERE sweep = ?`,
    n,
  );
  return { total: total?.total ?? 0, added, done: total?.done ?? 0 };
}

function storeTrial(
  connection: Connection,
  planned: TrialToStore,
  predictedSeconds: number | null,
): { n: number; dataset: number; isNew: boolean } {
  const { id, spec } = planned.trial;
  const known = connection.get<{ n: number; cell: number; dataset: number; axes: string }>(
    'SELECT t.n, t.cell, c.dataset, c.axes FROM trials t JOIN cells c ON c.n = t.cell WHERE t.id = ?',
    id,
  );
  const axes = axesOf(planned.cell, connection.facts);
  if (known !== undefined) {
    // Another grid may vary what this one left alone: a cell knows the axes of all grids that asked for it.
    const merged = mergeAxes(known.axes, axes);
    if (merged !== known.axes) connection.run('UPDATE cells SET axes = ? WHERE n = ?', merged, known.cell);
    // What was predicted of a trial that is done stays as it was: told afterwards it would be no prediction.
    if (predictedSeconds !== null)
      connection.run(
        `UPDATE trials SET predicted_seconds = ? WHERE n = ? AND state <> 'done'`,
        predictedSeconds,
        known.n,
      );
    return { n: known.n, dataset: known.dataset, isNew: false };
  }
  const cell = storeCell(connection, spec, planned, axes);
  const inserted = connection
    .statement('INSERT INTO trials (id, cell, seed, predicted_seconds) VALUES (?, ?, ?, ?)')
    .run(id, cell.n, spec.seed, predictedSeconds);
  return { n: Number(inserted.lastInsertRowid), dataset: cell.dataset, isNew: true };
}

function storeCell(
  connection: Connection,
  spec: TrialSpec,
  planned: TrialToStore,
  axes: Readonly<Record<string, unknown>>,
): { n: number; dataset: number } {
  const { seed: _, ...withoutSeed } = spec;
  const key = contentHash(withoutSeed).slice(0, 16);
  const known = connection.get<{ n: number; dataset: number; axes: string }>(
    'SELECT n, dataset, axes FROM cells WHERE key = ?',
    key,
  );
  if (known !== undefined) {
    const merged = mergeAxes(known.axes, axes);
    if (merged !== known.axes) connection.run('UPDATE cells SET axes = ? WHERE n = ?', merged, known.n);
    return known;
  }
  const dataset = datasetRow(connection, datasetKey(spec));
  const { facts } = connection;
  const inserted = connection
    .statement(insertCell(facts))
    .run(
      key,
      dataset,
      canonicalJson(axes),
      ...facts.scaling.map((axis) => axis.of(spec)),
      ...costValues(facts, planned.cost),
    );
  const n = Number(inserted.lastInsertRowid);
  connection.run('INSERT INTO specs (cell, spec) VALUES (?, ?)', n, canonicalJson(withoutSeed));
  return { n, dataset };
}

/**
 * Names what results may be compared: the dataset and its content, the size of minival (a different split is another
 * scale), and the no-op engine apart from those that train.
 */
function datasetKey(spec: TrialSpec): string {
  const { name, identity, minivalImages } = spec.data;
  return `${name}@${identity}, minival ${minivalImages}${spec.engine.name === 'noop' ? ', no-op' : ''}`;
}

export function datasetRow(connection: Connection, key: string): number {
  connection.run('INSERT INTO datasets (key) VALUES (?) ON CONFLICT (key) DO NOTHING', key);
  return connection.get<{ n: number }>('SELECT n FROM datasets WHERE key = ?', key)?.n ?? 0;
}

/** What a cell varies beside the scaling axes, which have columns. */
function axesOf(cell: Readonly<Record<string, unknown>>, { scaling }: Facts): Record<string, unknown> {
  return Object.fromEntries(Object.entries(cell).filter(([axis]) => scaling.every(({ name }) => name !== axis)));
}

function mergeAxes(stored: string, axes: Readonly<Record<string, unknown>>): string {
  if (Object.keys(axes).length === 0) return stored;
  return canonicalJson({ ...(JSON.parse(stored) as Record<string, unknown>), ...axes });
}
