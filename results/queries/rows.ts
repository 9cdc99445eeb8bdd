/** Finished trials one by one, and their learning curves. */
import type { EpochMetrics } from '../../contract/index.ts';
import type { ResultRow } from '../result-row.ts';
import { guarded } from '../store/sqlite-errors.ts';
import type { SqliteStore } from '../store/sqlite-store.ts';
import { OWN_METRICS, unpackOwn } from '../store/own-metrics.ts';
import { columnList, fieldList } from '../store/sql.ts';
import { filterSql } from './filter.ts';
import { resolveScope, type ResolvedScope, type ScopeOptions } from './scope.ts';

interface SqlRow extends Omit<ResultRow, 'axes' | 'source'> {
  readonly axes: string;
  readonly trained: number;
  readonly own: string | null;
}

/** The trials that a scope asks about, as a FROM clause with its values. */
export function trialsOf({ connection, dataset, sweep, where }: ResolvedScope): {
  from: string;
  values: (string | number | null)[];
} {
  const filter = filterSql(where, connection.facts);
  const cells = `(SELECT * FROM cells WHERE 1 = 1${filter.sql})`;
  return sweep === undefined
    ? { from: `${cells} c JOIN trials t ON t.cell = c.n WHERE c.dataset = ?`, values: [...filter.values, dataset] }
    : {
        from: `sweep_trials w JOIN trials t ON t.n = w.trial JOIN ${cells} c ON c.n = t.cell WHERE w.sweep = ?`,
        values: [...filter.values, sweep],
      };
}

/** Finished trials, by the scaling axes and seed. Trials of one cell share their `axes` object. */
export function resultRows(store: SqliteStore, options: ScopeOptions = {}): ResultRow[] {
  return guarded(store.file, () => {
    const resolved = resolveScope(store, options);
    const { from, values } = trialsOf(resolved);
    const { scaling, costs, metrics } = resolved.connection.facts;
    const rows = resolved.connection.all<SqlRow>(
      `SELECT t.id, t.seed, ${fieldList([...scaling, ...costs], 'c.')}, ${fieldList(metrics, 't.')}, t.${OWN_METRICS} AS own, c.axes,
         EXISTS (SELECT 1 FROM specs p WHERE p.cell = c.n) AS trained,
         (SELECT s.id FROM sweep_trials x JOIN sweeps s ON s.n = x.sweep WHERE x.trial = t.n ORDER BY x.sweep LIMIT 1) AS sweep
       FROM ${from} AND t.state = 'done' ORDER BY ${columnList(scaling, (column) => `c.${column}`)}, c.n, t.seed`,
      ...values,
    );
    const axesOf = new Map<string, Record<string, unknown>>();
    return rows.map(({ trained, own, axes: json, ...row }) => {
      let axes = axesOf.get(json);
      if (axes === undefined) axesOf.set(json, (axes = JSON.parse(json) as Record<string, unknown>));
      return {
        ...row,
        axes,
        source: trained === 1 ? 'trained' : 'imported',
        sweep: resolved.scope.sweep ?? row.sweep,
        ...unpackOwn(own),
      };
    });
  });
}

/** Metrics per epoch of a scope's finished trials, by trial id. */
export function epochCurves(store: SqliteStore, options: ScopeOptions = {}): Map<string, EpochMetrics[]> {
  return guarded(store.file, () => {
    const resolved = resolveScope(store, options);
    const { from, values } = trialsOf(resolved);
    const rows = resolved.connection.all<EpochMetrics & { id: string; own: string | null }>(
      `SELECT m.id, e.epoch, e.step, ${fieldList(resolved.connection.facts.epochMetrics, 'e.')}, e.${OWN_METRICS} AS own
       FROM (SELECT t.n, t.id FROM ${from} AND t.state = 'done') m JOIN epochs e ON e.trial = m.n ORDER BY m.n, e.epoch`,
      ...values,
    );
    const curves = new Map<string, EpochMetrics[]>();
    for (const { id, own, ...row } of rows) {
      const metrics = { ...row, ...unpackOwn(own) };
      const curve = curves.get(id);
      if (curve === undefined) curves.set(id, [metrics]);
      else curve.push(metrics);
    }
    return curves;
  });
}
