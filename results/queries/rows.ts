/** Finished trials one by one, and their learning curves. */
import type { EpochMetrics } from '../../contract/index.ts';
import type { ResultRow } from '../result-row.ts';
import { guarded } from '../store/sqlite-errors.ts';
import type { SqliteStore } from '../store/sqlite-store.ts';
import { filterSql } from './filter.ts';
import { resolveScope, type ResolvedScope, type ScopeOptions } from './scope.ts';

interface SqlRow extends Omit<ResultRow, 'axes' | 'source'> {
  readonly axes: string;
  readonly trained: number;
}

/** The trials that a scope asks about, as a FROM clause with its values. */
export function trialsOf({ dataset, sweep, where }: ResolvedScope): {
  from: string;
  values: (string | number | null)[];
} {
  const filter = filterSql(where);
  const cells = `(SELECT * FROM cells WHERE 1 = 1${filter.sql})`;
  return sweep === undefined
    ? { from: `${cells} c JOIN trials t ON t.cell = c.n WHERE c.dataset = ?`, values: [...filter.values, dataset] }
    : {
        from: `sweep_trials w JOIN trials t ON t.n = w.trial JOIN ${cells} c ON c.n = t.cell WHERE w.sweep = ?`,
        values: [...filter.values, sweep],
      };
}

/** Finished trials, by width, depth, resolution, epochs and seed. Trials of one cell share their `axes` object. */
export function resultRows(store: SqliteStore, options: ScopeOptions = {}): ResultRow[] {
  return guarded(store.file, () => {
    const resolved = resolveScope(store, options);
    const { from, values } = trialsOf(resolved);
    const rows = resolved.connection.all<SqlRow>(
      `SELECT t.id, t.seed, c.width, c.depth, c.resolution, c.epochs, c.flops, c.params, c.activations, c.memory_bytes AS memoryBytes,
         c.train_flops AS trainFlops, t.minival_top1 AS minivalTop1, t.test_top1 AS testTop1, t.minival_loss AS minivalLoss,
         t.test_loss AS testLoss, t.train_top1 AS trainTop1, t.train_loss AS trainLoss, t.step_ms AS stepMs, t.seconds,
         t.train_seconds AS trainSeconds, t.peak_bytes AS peakBytes, c.axes, EXISTS (SELECT 1 FROM specs p WHERE p.cell = c.n) AS trained,
         (SELECT s.id FROM sweep_trials x JOIN sweeps s ON s.n = x.sweep WHERE x.trial = t.n ORDER BY x.sweep LIMIT 1) AS sweep,
         t.reading_error AS readingError
       FROM ${from} AND t.state = 'done' ORDER BY c.width, c.depth, c.resolution, c.epochs, c.n, t.seed`,
      ...values,
    );
    const axesOf = new Map<string, Record<string, unknown>>();
    return rows.map(({ trained, axes: json, ...row }) => {
      let axes = axesOf.get(json);
      if (axes === undefined) axesOf.set(json, (axes = JSON.parse(json) as Record<string, unknown>));
      return { ...row, axes, source: trained === 1 ? 'trained' : 'imported', sweep: resolved.scope.sweep ?? row.sweep };
    });
  });
}

/** Metrics per epoch of a scope's finished trials, by trial id. */
export function epochCurves(store: SqliteStore, options: ScopeOptions = {}): Map<string, EpochMetrics[]> {
  return guarded(store.file, () => {
    const resolved = resolveScope(store, options);
    const { from, values } = trialsOf(resolved);
    const rows = resolved.connection.all<EpochMetrics & { id: string }>(
      `SELECT m.id, e.epoch, e.step, e.learning_rate AS learningRate, e.train_loss AS trainLoss, e.train_top1 AS trainTop1,
         e.minival_loss AS minivalLoss, e.minival_top1 AS minivalTop1, e.seconds
       FROM (SELECT t.n, t.id FROM ${from} AND t.state = 'done') m JOIN epochs e ON e.trial = m.n ORDER BY m.n, e.epoch`,
      ...values,
    );
    const curves = new Map<string, EpochMetrics[]>();
    for (const { id, ...metrics } of rows) {
      const curve = curves.get(id);
      if (curve === undefined) curves.set(id, [metrics]);
      else curve.push(metrics);
    }
    return curves;
  });
}
