import { guarded } from '../store/sqlite-errors.ts';
import type { SqliteStore } from '../store/sqlite-store.ts';
import { trialsOf } from './rows.ts';
import { resolveScope, type ScopeOptions } from './scope.ts';

/** A program that trained trials of the engine `command`, told by its content. */
export interface TrainerProgram {
  readonly digest: string;
  /** Whose newest attempt it started. */
  readonly trials: number;
}

/** The programs that trained the trials of a scope, the most used first; empty for other engines. */
export function trainerPrograms(store: SqliteStore, options: ScopeOptions = {}): TrainerProgram[] {
  return guarded(store.file, () => {
    const resolved = resolveScope(store, options);
    const { from, values } = trialsOf(resolved);
    return resolved.connection.all<TrainerProgram>(
      `SELECT json_extract(e.json, '$.trainerDigest') AS digest, count(*) AS trials
       FROM (SELECT t.n, t.attempt FROM ${from}) d
       JOIN attempts a ON a.trial = d.n AND a.attempt = d.attempt JOIN environments e ON e.n = a.environment
       WHERE json_extract(e.json, '$.trainerDigest') IS NOT NULL GROUP BY digest ORDER BY trials DESC, digest`,
      ...values,
    );
  });
}
