/** Trials on their way to workers: waiting, claimed, started. */
import type { Trial, TrialCost, TrialSpec } from '../../contract/index.ts';
import type { Claim, Started, WaitingTrial, Written } from '../store.ts';
import { environmentRow, sweepRow, trialRow, type Connection, type TrialRow } from './connection.ts';
import { fieldList, perFacts } from './sql.ts';

interface WaitingRow extends TrialCost {
  readonly id: string;
  readonly seed: number;
  readonly spec: string;
  readonly predictedSeconds: number | null;
  readonly attempts: number;
  readonly crashes: number;
  readonly hostLosses: number;
  readonly microBatch: number | null;
}

const waiting = perFacts(
  ({ costs }) => `SELECT t.id, t.seed, p.spec, ${fieldList(costs, 'c.')}, t.predicted_seconds AS predictedSeconds,
      t.attempt AS attempts, t.crashes, t.host_losses AS hostLosses, t.micro_batch AS microBatch
    FROM sweep_trials w
    JOIN sweeps s ON s.n = w.sweep AND s.state = 'active'
    JOIN trials t ON t.n = w.trial AND t.retry_at <= ?
    JOIN cells c ON c.n = t.cell
    JOIN specs p ON p.cell = c.n
    WHERE w.sweep = ? AND w.state = 'planned'
    ORDER BY w.priority DESC, w.position LIMIT ?`,
);

export function nextTrials(connection: Connection, sweep: string, limit: number, now: number): WaitingTrial[] {
  const n = sweepRow(connection, sweep);
  return connection
    .all<WaitingRow>(waiting(connection.facts), now, n, limit)
    .map(({ id, seed, spec, predictedSeconds, attempts, crashes, hostLosses, microBatch, ...cost }) => ({
      trial: trialOf(id, spec, seed),
      cost,
      predictedSeconds,
      attempts,
      crashes,
      hostLosses,
      microBatch,
    }));
}

export function nextRetryAt(connection: Connection, sweep: string, now: number): number | undefined {
  const row = connection.get<{ at: number | null }>(
    `SELECT min(t.retry_at) AS at FROM sweep_trials w JOIN trials t ON t.n = w.trial
     WHERE w.sweep = ? AND w.state = 'planned' AND t.retry_at > ?`,
    sweepRow(connection, sweep),
    now,
  );
  return row?.at ?? undefined;
}

export function claim(connection: Connection, trial: string, { worker, device, now }: Claim): number | undefined {
  return connection.write(() => {
    const row = trialRow(connection, trial);
    if (row?.state !== 'planned') return undefined;
    const attempt = row.attempt + 1;
    connection.run("UPDATE trials SET state = 'queued', attempt = ? WHERE n = ?", attempt, row.n);
    connection.run(
      `INSERT INTO attempts (trial, attempt, worker, device, claimed_at, micro_batch)
       SELECT n, ?, ?, ?, ?, micro_batch FROM trials WHERE n = ?`,
      attempt,
      worker,
      device,
      now,
      row.n,
    );
    return attempt;
  });
}

export function recordStarted(connection: Connection, trial: string, attempt: number, started: Started): Written {
  return connection.write(() => {
    const row = trialRow(connection, trial);
    if (!isNewest(row, attempt)) return 'fenced';
    // One that was released meanwhile waits for another worker, not for this one.
    if (started.isEnding !== true && isOpen(row, attempt))
      connection.run("UPDATE trials SET state = 'running' WHERE n = ?", row.n);
    const environment = environmentRow(connection, started.environment);
    connection.run(
      `UPDATE attempts SET worker = coalesce(?, worker), engine = ?, device = ?, pid = ?, started_at = ?, resumed_from_step = ?, total_steps = ?,
         environment = ?, note = ? WHERE trial = ? AND attempt = ?`,
      started.worker ?? null,
      started.engine,
      started.device,
      started.pid,
      started.now,
      started.resumedFromStep,
      started.totalSteps,
      environment,
      started.note ?? null,
      row.n,
      attempt,
    );
    // Epochs that an earlier attempt finished after its last checkpoint are trained again.
    if (attempt > 1) connection.run('DELETE FROM epochs WHERE trial = ? AND step > ?', row.n, started.resumedFromStep);
    return 'stored';
  });
}

/**
 * Whether what the attempt says is still the trial's own. It may have been released (its worker had fallen silent) and not yet been followed by
 * another: should it hand in after all, its result is taken, and so is all that it says on the way there.
 */
export function isNewest(row: TrialRow | undefined, attempt: number): row is TrialRow {
  return row !== undefined && attempt > 0 && row.attempt === attempt && row.state !== 'done' && row.state !== 'failed';
}

/** Whether the attempt is the trial's newest and has not ended. */
export function isOpen(row: TrialRow | undefined, attempt: number): row is TrialRow {
  return row !== undefined && row.attempt === attempt && (row.state === 'queued' || row.state === 'running');
}

/** The trial of a stored cell and seed. */
export function trialOf(id: string, spec: string, seed: number): Trial {
  return { id, spec: { ...parseCell(spec), seed } };
}

type CellSpec = Omit<TrialSpec, 'seed'>;

/** Seeds of a cell often come one after another: they share the parsed spec, so that it is parsed, and travels, once. */
function parseCell(spec: string): CellSpec {
  if (lastCell?.text !== spec) lastCell = { text: spec, parsed: JSON.parse(spec) as CellSpec };
  return lastCell.parsed;
}
let lastCell: { readonly text: string; readonly parsed: CellSpec } | undefined;
