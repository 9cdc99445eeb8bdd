/** Learning curves of a sweep's trials, finished or not. */
import type { EpochMetrics, ScalingAxis } from '../../contract/index.ts';
import { sweepRow } from '../store/connection.ts';
import { OWN_METRICS, unpackOwn } from '../store/own-metrics.ts';
import { columnList, fieldList } from '../store/sql.ts';
import { guarded } from '../store/sqlite-errors.ts';
import type { SqliteStore } from '../store/sqlite-store.ts';

/** One trial with what was measured after each of its epochs so far. */
export interface TrialCurve extends Readonly<Record<ScalingAxis, number>> {
  readonly id: string;
  readonly seed: number;
  readonly state: string;
  /** What else the grid varied. */
  readonly axes: Readonly<Record<string, unknown>>;
  readonly curve: readonly EpochMetrics[];
}

type Head = Omit<TrialCurve, 'axes' | 'curve'> & { readonly axes: string };

/** Trials of a sweep with at least one epoch, by the scaling axes and seed. */
export function trialCurves(store: SqliteStore, sweep: string): TrialCurve[] {
  const { connection } = store;
  return guarded(store.file, () => {
    const n = sweepRow(connection, sweep);
    const { scaling, epochMetrics } = connection.facts;
    const rows = connection.all<EpochMetrics & { trial: string; own: string | null }>(
      `SELECT t.id AS trial, e.epoch, e.step, ${fieldList(epochMetrics, 'e.')}, e.${OWN_METRICS} AS own
       FROM sweep_trials w JOIN trials t ON t.n = w.trial JOIN epochs e ON e.trial = t.n WHERE w.sweep = ? ORDER BY t.n, e.epoch`,
      n,
    );
    const curves = new Map<string, EpochMetrics[]>();
    for (const { trial, own, ...metrics } of rows) {
      const epoch = { ...metrics, ...unpackOwn(own) };
      const curve = curves.get(trial);
      if (curve === undefined) curves.set(trial, [epoch]);
      else curve.push(epoch);
    }
    return connection
      .all<Head>(
        `SELECT t.id, t.seed, t.state, ${fieldList(scaling, 'c.')}, c.axes
         FROM sweep_trials w JOIN trials t ON t.n = w.trial JOIN cells c ON c.n = t.cell
         WHERE w.sweep = ? ORDER BY ${columnList(scaling, (column) => `c.${column}`)}, c.n, t.seed`,
        n,
      )
      .filter(({ id }) => curves.has(id))
      .map(({ axes, ...head }) => ({
        ...head,
        axes: JSON.parse(axes) as Record<string, unknown>,
        curve: curves.get(head.id)!,
      }));
  });
}
