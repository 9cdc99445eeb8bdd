/** Where a sweep stands. */
import {
  inOrder,
  RESULT_ORDER,
  ScalesweepError,
  type EpochMetrics,
  type Facts,
  type FailureKind,
  type TrialResult,
} from '../../contract/index.ts';
import type { Attempt, Counts, FailureGroup, RunningAttempt, SweepStatus, TrialDetail } from '../store.ts';
import { noSuch, sweepRow, type Connection, type Row } from './connection.ts';
import { trialOf } from './hand-out.ts';
import { fieldList, perFacts, reported } from './sql.ts';
import { findSweep } from './sweeps.ts';
import { OWN_METRICS, unpackOwn } from './own-metrics.ts';

const EXAMPLES = 5;

/** Attempts that are open, of one sweep or of all. */
export function running(connection: Connection, sweep?: string): RunningAttempt[] {
  const n = sweep === undefined ? null : sweepRow(connection, sweep);
  return connection
    .all<Omit<RunningAttempt, 'state'> & { state: string }>(
      `SELECT t.id AS trial, a.attempt, t.state, a.worker, a.device, a.pid, a.claimed_at AS claimedAt, a.started_at AS startedAt,
         coalesce((SELECT max(e.epoch) FROM epochs e WHERE e.trial = t.n), 0) AS epoch, c.epochs,
         (SELECT e.minival_top1 FROM epochs e WHERE e.trial = t.n ORDER BY e.epoch DESC LIMIT 1) AS minivalTop1, a.micro_batch AS microBatch
       FROM attempts a JOIN trials t ON t.n = a.trial JOIN cells c ON c.n = t.cell
       WHERE a.outcome = 'open' AND (@n IS NULL OR EXISTS (SELECT 1 FROM sweep_trials w WHERE w.trial = t.n AND w.sweep = @n))
       ORDER BY a.claimed_at, t.n`,
      { n },
    )
    .map((row) => ({ ...row, state: row.state === 'running' ? 'running' : 'queued' }));
}

/** Trials by state. What is still planned in a cancelled sweep counts as cancelled. */
export function counts(connection: Connection, sweep: string): Counts {
  const n = sweepRow(connection, sweep);
  const result: Counts = { planned: 0, queued: 0, running: 0, done: 0, failed: 0, cancelled: 0 };
  for (const { state, trials } of connection.all<{ state: keyof Counts; trials: number }>(
    'SELECT state, trials FROM sweep_counts WHERE sweep = ?',
    n,
  )) {
    result[state] = trials;
  }
  if (connection.get<{ state: string }>('SELECT state FROM sweeps WHERE n = ?', n)?.state === 'cancelled') {
    result.cancelled = result.planned;
    result.planned = 0;
  }
  return result;
}

/** Failed trials by cause, the most frequent first. Messages that differ in numbers and ids only are one cause. */
export function failures(connection: Connection, sweep: string): FailureGroup[] {
  const rows = connection.all<{ id: string; kind: FailureKind; message: string; step: number | null }>(
    `SELECT t.id, a.kind, a.message, a.step FROM sweep_trials w
     JOIN trials t ON t.n = w.trial JOIN attempts a ON a.trial = t.n AND a.attempt = t.attempt
     WHERE w.sweep = ? AND w.state = 'failed' ORDER BY w.position`,
    sweepRow(connection, sweep),
  );
  const groups = new Map<string, { kind: FailureKind; message: string; step: number | null; ids: string[] }>();
  for (const row of rows) {
    const cause = `${row.kind} ${row.message.replaceAll(/\b[0-9a-f]{16}\b|\d+(\.\d+)?/g, '#')}`;
    const group = groups.get(cause) ?? { kind: row.kind, message: row.message, step: row.step, ids: [] };
    group.ids.push(row.id);
    if (row.step !== null) group.step = Math.min(group.step ?? row.step, row.step);
    groups.set(cause, group);
  }
  return [...groups.values()]
    .map(({ kind, message, step, ids }) => ({
      kind,
      message,
      trials: ids.length,
      examples: ids.slice(0, EXAMPLES),
      step,
    }))
    .sort((a, b) => b.trials - a.trials);
}

export function statusOf(connection: Connection, sweep: string, parallelism = 0, now?: number): SweepStatus {
  const record = findSweep(connection, sweep);
  const workers = running(connection, record.id);
  return {
    sweep: record.id,
    name: record.name,
    state: record.state,
    counts: counts(connection, record.id),
    workers,
    failures: failures(connection, record.id),
    etaSeconds: etaSeconds(connection, record.id, workers, Math.max(workers.length, parallelism), now),
  };
}

/**
 * Predicted seconds left, at the pace of the finished trials (all their measured seconds over all that were predicted of
 * them), shared by those at work now. Train FLOPs stand for the predictions where a trial has none. What open attempts have
 * done is taken off: their finished epochs, or their time so far where that is more of their predicted time.
 */
function etaSeconds(
  connection: Connection,
  sweep: string,
  open: readonly RunningAttempt[],
  workers: number,
  now: number | undefined,
): number | null {
  const n = sweepRow(connection, sweep);
  const work = connection.get<{ left: number | null; done: number | null; seconds: number | null }>(
    `SELECT sum(work) FILTER (WHERE state IN ('planned', 'queued', 'running')) AS left,
       sum(work) FILTER (WHERE state = 'done' AND seconds > 0) AS done,
       sum(seconds) FILTER (WHERE state = 'done' AND seconds > 0) AS seconds
     FROM (${WORK_OF_TRIALS})`,
    n,
  );
  const left = work?.left ?? 0;
  if (left === 0) return 0;
  if (workers === 0 || !work?.done || !work.seconds) return null;
  const pace = work.seconds / work.done;
  const begun = open.filter(({ startedAt }) => startedAt !== null);
  const works = begun.length === 0 ? new Map<string, number>() : workOf(connection, n);
  const done = begun.reduce((sum, attempt) => {
    const whole = (works.get(attempt.trial) ?? 0) * pace;
    const elapsed = now === undefined ? 0 : Math.max(0, now - attempt.startedAt!) / 1000;
    // A trial that takes longer than predicted is not done for it.
    return sum + whole * Math.max(attempt.epoch / attempt.epochs, Math.min(elapsed / whole, MOST_BY_TIME));
  }, 0);
  return Math.max(0, left * pace - done) / workers;
}

/** Share of its predicted time that an open attempt is taken to have done at most. */
const MOST_BY_TIME = 0.95;

const WORK_OF_TRIALS = `SELECT t.id, w.state, t.seconds,
    CASE WHEN count(*) OVER () = count(t.predicted_seconds) OVER () THEN t.predicted_seconds ELSE c.train_flops END AS work
  FROM sweep_trials w JOIN trials t ON t.n = w.trial JOIN cells c ON c.n = t.cell WHERE w.sweep = ?`;

function workOf(connection: Connection, n: number): Map<string, number> {
  const rows = connection.all<{ id: string; work: number }>(
    `SELECT id, work FROM (${WORK_OF_TRIALS}) WHERE state = 'running'`,
    n,
  );
  return new Map(rows.map(({ id, work }) => [id, work]));
}

type TrialRow = Row & {
  readonly n: number;
  readonly id: string;
  readonly seed: number;
  readonly spec: string | null;
  readonly state: TrialDetail['state'];
  readonly own: string | null;
};

/** In the order of a result's JSON. */
const resultFields = perFacts((facts) => inOrder(reported(facts), RESULT_ORDER));

const detail = perFacts(
  (
    facts,
  ) => `SELECT t.n, t.id, t.seed, t.state, p.spec, t.weights_digest AS weightsDigest, t.${OWN_METRICS} AS own, ${fieldList(resultFields(facts), 't.')}
    FROM trials t LEFT JOIN specs p ON p.cell = t.cell
    WHERE t.id >= @prefix AND t.id < @prefix || 'g' ORDER BY t.id LIMIT 2`,
);

export function trialDetail(connection: Connection, prefix: string): TrialDetail {
  const [row, other] = connection.all<TrialRow>(detail(connection.facts), { prefix });
  if (row === undefined || prefix === '') throw noSuch('trial', prefix === '' ? "''" : prefix);
  if (other !== undefined) {
    throw new ScalesweepError('USAGE', `Expected ${prefix} to name one trial, got ${row.id} and ${other.id}`, {
      hint: 'Give more digits of the id.',
    });
  }
  return {
    id: row.id,
    trial: row.spec === null ? null : trialOf(row.id, row.spec, row.seed),
    state: row.state,
    result: row.state === 'done' ? resultOf(row, connection.facts) : null,
    attempts: connection.all<Attempt>(
      `SELECT attempt, worker, device, pid, claimed_at AS claimedAt, started_at AS startedAt, ended_at AS endedAt, outcome, kind,
         message, step, resumed_from_step AS resumedFromStep, note, micro_batch AS microBatch FROM attempts WHERE trial = ? ORDER BY attempt`,
      row.n,
    ),
    epochs: connection
      .all<EpochMetrics & { own: string | null }>(
        `SELECT epoch, step, ${fieldList(connection.facts.epochMetrics)}, ${OWN_METRICS} AS own FROM epochs WHERE trial = ? ORDER BY epoch`,
        row.n,
      )
      .map(({ own, ...epoch }) => ({ ...epoch, ...unpackOwn(own) })),
  };
}

/** Imported results may say nothing of the time they took. */
function resultOf(row: TrialRow, facts: Facts): TrialResult {
  const metrics = Object.fromEntries(resultFields(facts).map(({ name }) => [name, row[name] ?? null]));
  return {
    ...metrics,
    seconds: row['seconds'] ?? 0,
    weightsDigest: row['weightsDigest'] ?? null,
    ...unpackOwn(row.own),
  } as TrialResult;
}
