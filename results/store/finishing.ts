/**
 * Events of an attempt into the store. Each is one transaction, and the newest attempt alone may write: a late, paused
 * or duplicated worker finds itself fenced.
 */
import type { EpochMetrics, TrialResult } from '../../contract/index.ts';
import type { Failure, RunningAttempt, Written } from '../store.ts';
import { refreshCell } from './aggregates.ts';
import { trialRow, type Connection } from './connection.ts';
import { isNewest, isOpen } from './hand-out.ts';
import { OWN_METRICS, packOwn } from './own-metrics.ts';
import { columnList, marks, perFacts, reported, valuesOf } from './sql.ts';
import { running } from './status.ts';

const insertEpoch = perFacts(
  ({ epochMetrics }) =>
    `INSERT OR REPLACE INTO epochs (trial, epoch, attempt, step, ${OWN_METRICS}, ${columnList(epochMetrics)})
     VALUES (?, ?, ?, ?, ?${marks(epochMetrics.length)})`,
);

const setResult = perFacts(
  (facts) =>
    `UPDATE trials SET state = 'done', retry_at = 0, finished_at = ?, weights_digest = ?, ${OWN_METRICS} = ?,
       ${columnList(reported(facts), (column) => `${column} = ?`)} WHERE n = ?`,
);

export function recordEpochs(
  connection: Connection,
  trial: string,
  attempt: number,
  epochs: readonly EpochMetrics[],
): Written {
  return connection.write(() => {
    const row = trialRow(connection, trial);
    if (!isNewest(row, attempt)) return 'fenced';
    const insert = insertEpoch(connection.facts);
    for (const epoch of epochs) {
      const { epochMetrics } = connection.facts;
      const own = packOwn(epoch.metrics);
      connection.run(insert, row.n, epoch.epoch, attempt, epoch.step, own, ...valuesOf(epochMetrics, epoch));
    }
    return 'stored';
  });
}

export function recordCheckpoint(
  connection: Connection,
  trial: string,
  attempt: number,
  step: number,
  now: number,
): Written {
  return connection.write(() => {
    const row = trialRow(connection, trial);
    if (!isNewest(row, attempt)) return 'fenced';
    connection.run(
      'UPDATE attempts SET checkpoint_step = ?, checkpoint_at = ? WHERE trial = ? AND attempt = ?',
      step,
      now,
      row.n,
      attempt,
    );
    return 'stored';
  });
}

/**
 * An attempt that was released but not yet followed by another (its orchestrator had died, say) may still hand in: the
 * result is the trial's own, and taking it saves the training.
 */
export function finish(
  connection: Connection,
  trial: string,
  attempt: number,
  result: TrialResult,
  now: number,
): Written {
  return connection.write(() => {
    const row = trialRow(connection, trial);
    if (row?.state === 'done' && row.attempt === attempt) return 'stored';
    if (!isNewest(row, attempt)) return 'fenced';
    const values = valuesOf(reported(connection.facts), result);
    connection.run(setResult(connection.facts), now, result.weightsDigest, packOwn(result.metrics), ...values, row.n);
    endAttempt(connection, row.n, attempt, 'done', null, now);
    refreshCell(connection, row.cell);
    return 'stored';
  });
}

export function fail(
  connection: Connection,
  trial: string,
  attempt: number,
  failure: Failure,
  now: number,
  retryAt: number | undefined,
): Written {
  return connection.write(() => {
    const row = trialRow(connection, trial);
    if (!isOpen(row, attempt)) return 'fenced';
    const isFinal = retryAt === undefined;
    connection.run(
      'UPDATE trials SET state = ?, crashes = crashes + 1, retry_at = ?, finished_at = ? WHERE n = ?',
      isFinal ? 'failed' : 'planned',
      retryAt ?? 0,
      isFinal ? now : null,
      row.n,
    );
    endAttempt(connection, row.n, attempt, 'failed', failure, now);
    if (isFinal) refreshCell(connection, row.cell);
    return 'stored';
  });
}

export function shrink(
  connection: Connection,
  trial: string,
  attempt: number,
  failure: Failure,
  microBatch: number,
  now: number,
): Written {
  return connection.write(() => {
    const row = trialRow(connection, trial);
    if (!isOpen(row, attempt)) return 'fenced';
    connection.run("UPDATE trials SET state = 'planned', micro_batch = ? WHERE n = ?", microBatch, row.n);
    endAttempt(connection, row.n, attempt, 'failed', failure, now);
    return 'stored';
  });
}

export function release(
  connection: Connection,
  trial: string,
  attempt: number,
  kind: 'host-lost' | 'interrupted',
  now: number,
): Written {
  return connection.write(() => {
    const row = trialRow(connection, trial);
    if (!isOpen(row, attempt)) return 'fenced';
    const losses = kind === 'host-lost' ? 1 : 0;
    connection.run("UPDATE trials SET state = 'planned', host_losses = host_losses + ? WHERE n = ?", losses, row.n);
    endAttempt(connection, row.n, attempt, 'released', { kind, message: '', step: null }, now);
    return 'stored';
  });
}

/** Longer than any retry waits, ms. */
const LONGEST_RETRY_MS = 60_000;

export function releaseOrphans(
  connection: Connection,
  now: number,
  isAlive: (attempt: RunningAttempt) => boolean,
): number {
  return connection.write(() => {
    const orphans = running(connection).filter((attempt) => !isAlive(attempt));
    for (const orphan of orphans) release(connection, orphan.trial, orphan.attempt, 'interrupted', now);
    // Retries wait for seconds: one that is due later was timed before the clock was set back.
    connection.run('UPDATE trials SET retry_at = 0 WHERE retry_at > ?', now + LONGEST_RETRY_MS);
    return orphans.length;
  });
}

function endAttempt(
  connection: Connection,
  trial: number,
  attempt: number,
  outcome: 'done' | 'failed' | 'released',
  failure: Failure | null,
  now: number,
): void {
  connection.run(
    'UPDATE attempts SET outcome = ?, ended_at = ?, kind = ?, message = ?, step = ? WHERE trial = ? AND attempt = ?',
    outcome,
    now,
    failure?.kind ?? null,
    failure?.message ?? null,
    failure?.step ?? null,
    trial,
    attempt,
  );
}
