/** Sweeps: made, found, steered. */
import { canonicalJson, ScalesweepError } from '../../contract/index.ts';
import type { SweepFacts, SweepInput, SweepRecord, SweepState } from '../store.ts';
import { refreshCell } from './aggregates.ts';
import { environmentRow, noSuch, sweepRow, type Connection } from './connection.ts';

interface SweepRow {
  id: string;
  name: string;
  grid_file: string;
  grid_text: string;
  grid_hash: string;
  question: string | null;
  budgets: string;
  overrides: string;
  facts: string | null;
  environment: string;
  created_at: number;
  state: SweepState;
  source: 'trained' | 'imported';
  complete: number;
}

const COLUMNS = `s.id, s.name, s.grid_file, s.grid_text, s.grid_hash, s.question, s.budgets, s.overrides, s.facts, e.json AS environment,
  s.created_at, s.state, s.source, s.complete FROM sweeps s JOIN environments e ON e.n = s.environment`;

/** Later than all others also when the clock was set back in between: what is latest is a matter of order and not of time. */
const NEXT_RAN_AT = 'max(?, coalesce((SELECT max(ran_at) + 1 FROM sweeps), 0))';

const GRID_HASH = /^[0-9a-f]{12,}$/;

export function createSweep(connection: Connection, input: SweepInput): SweepRecord {
  if (!GRID_HASH.test(input.gridHash)) {
    throw new TypeError(`Expected gridHash to be at least 12 hex digits, got ${input.gridHash}`);
  }
  const id = input.gridHash.slice(0, 12);
  connection.write(() => {
    const environment = environmentRow(connection, input.environment);
    connection.run(
      `INSERT INTO sweeps (id, name, grid_file, grid_text, grid_hash, question, budgets, argv, overrides, environment, created_at, ran_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, '[]', ?, ?, ?, ${NEXT_RAN_AT})
       ON CONFLICT (grid_hash) DO UPDATE SET ran_at = excluded.ran_at, environment = excluded.environment,
         overrides = excluded.overrides, state = CASE state WHEN 'cancelled' THEN 'active' ELSE state END`,
      id,
      input.name,
      input.gridFile,
      input.gridText,
      input.gridHash,
      input.question,
      canonicalJson(input.budgets),
      canonicalJson(input.overrides),
      environment,
      input.createdAt,
      input.createdAt,
    );
  });
  return findSweep(connection, id);
}

export function findSweep(connection: Connection, prefix?: string): SweepRecord {
  if (prefix === undefined) {
    const latest = connection.get<SweepRow>(`SELECT ${COLUMNS} ORDER BY s.ran_at DESC, s.n DESC LIMIT 1`);
    if (latest === undefined) {
      throw new ScalesweepError('NOT_FOUND', `Expected a sweep in ${connection.file}, got an empty store`, {
        hint: 'Run a grid first: scalesweep run GRID. A store that was copied needs its -wal file beside it, where there is one.',
      });
    }
    return recordOf(latest);
  }
  // Ids are hex, so the prefix's successor bounds the range; a name is accepted when it is one sweep's alone.
  const rows = connection.all<SweepRow>(
    `SELECT ${COLUMNS} WHERE (s.id >= @prefix AND s.id < @prefix || 'g') OR s.name = @prefix ORDER BY s.ran_at DESC, s.n DESC LIMIT 5`,
    { prefix },
  );
  const [first, ...others] = rows;
  if (first === undefined || prefix === '') throw noSuch('sweep', prefix === '' ? "''" : prefix);
  if (others.length > 0) {
    throw new ScalesweepError(
      'USAGE',
      `Expected ${prefix} to name one sweep, got ${rows.map((row) => row.id).join(', ')}`,
      {
        hint: 'Give more digits of the id.',
      },
    );
  }
  return recordOf(first);
}

export function allSweeps(connection: Connection): SweepRecord[] {
  return connection.all<SweepRow>(`SELECT ${COLUMNS} ORDER BY s.ran_at DESC, s.n DESC`).map(recordOf);
}

export function setSweepState(connection: Connection, sweep: string, state: SweepState): void {
  const n = sweepRow(connection, sweep);
  connection.write(() => connection.run('UPDATE sweeps SET state = ? WHERE n = ?', state, n));
}

export function retryFailed(connection: Connection, sweep: string): number {
  const n = sweepRow(connection, sweep);
  return connection.write(() => {
    const failed = connection.all<{ n: number; cell: number }>(
      `SELECT t.n, t.cell FROM sweep_trials w JOIN trials t ON t.n = w.trial WHERE w.sweep = ? AND w.state = 'failed'`,
      n,
    );
    for (const trial of failed) {
      connection.run(
        "UPDATE trials SET state = 'planned', crashes = 0, retry_at = 0, finished_at = NULL, micro_batch = NULL WHERE n = ?",
        trial.n,
      );
    }
    for (const cell of new Set(failed.map((trial) => trial.cell))) refreshCell(connection, cell);
    return failed.length;
  });
}

function recordOf(row: SweepRow): SweepRecord {
  return {
    id: row.id,
    name: row.name,
    gridFile: row.grid_file,
    gridText: row.grid_text,
    gridHash: row.grid_hash,
    question: row.question,
    budgets: JSON.parse(row.budgets) as Record<string, number[]>,
    overrides: JSON.parse(row.overrides) as Record<string, string | number>,
    environment: JSON.parse(row.environment) as Record<string, string>,
    createdAt: row.created_at,
    state: row.state,
    source: row.source,
    complete: row.complete === 1,
    facts: row.facts === null ? null : (JSON.parse(row.facts) as SweepFacts),
  };
}
