/** Which axes tell the trials of a sweep apart. */
import { canonicalJson } from '../../contract/index.ts';
import { sweepRow } from '../store/connection.ts';
import { guarded } from '../store/sqlite-errors.ts';
import type { SqliteStore } from '../store/sqlite-store.ts';

export interface VaryingAxes {
  /** Names of the axes with more than one value, the scaling axes first. */
  readonly axes: readonly string[];
  readonly seeds: boolean;
}

/** The axes on which a sweep has more than one value. Reads each of its trials once: a second for a million. */
export function varyingAxes(store: SqliteStore, sweep: string): VaryingAxes {
  const { connection } = store;
  return guarded(store.file, () => {
    const n = sweepRow(connection, sweep);
    const { scaling } = connection.facts;
    const from = 'FROM sweep_trials w JOIN trials t ON t.n = w.trial JOIN cells c ON c.n = t.cell WHERE w.sweep = ?';
    const varies = connection.get(
      `SELECT min(t.seed) < max(t.seed) AS seed${scaling.map(({ column }) => `, min(c.${column}) < max(c.${column}) AS ${column}`).join('')} ${from}`,
      n,
    );
    const forms = connection
      .all<{ axes: string }>(`SELECT DISTINCT c.axes ${from}`, n)
      .map(({ axes }) => JSON.parse(axes) as Record<string, unknown>);
    const names = [...new Set(forms.flatMap((form) => Object.keys(form)))].sort();
    const others = names.filter((name) => new Set(forms.map((form) => canonicalJson(form[name] ?? null))).size > 1);
    return {
      axes: [...scaling.filter(({ column }) => varies?.[column] === 1).map(({ name }) => name), ...others],
      seeds: varies?.['seed'] === 1,
    };
  });
}
