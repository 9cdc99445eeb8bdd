/** Predictions of a stored plan, told again: the plan itself stays as it is. */
import type { TrialCost, TrialSpec } from '../../contract/index.ts';
import { sweepRow, type Connection } from './connection.ts';
import { trialOf } from './hand-out.ts';
import { fieldList } from './sql.ts';

interface OpenTrialRow extends TrialCost {
  readonly n: number;
  readonly position: number;
  readonly id: string;
  readonly seed: number;
  readonly spec: string;
}

/** Trials per transaction. */
const CHUNK = 1000;

/** Trials that are done keep what was predicted of them: told afterwards it would be no prediction. */
export function predictAgain(
  connection: Connection,
  sweep: string,
  secondsOf: (spec: TrialSpec, cost: TrialCost) => number,
): void {
  const n = sweepRow(connection, sweep);
  let last: Pick<OpenTrialRow, 'position' | 'n'> = { position: -1, n: -1 };
  for (;;) {
    const rows = connection.all<OpenTrialRow>(
      `SELECT t.n, w.position, t.id, t.seed, p.spec, ${fieldList(connection.facts.costs, 'c.')}
       FROM sweep_trials w
       JOIN trials t ON t.n = w.trial
       JOIN cells c ON c.n = t.cell
       JOIN specs p ON p.cell = c.n
       WHERE w.sweep = ? AND (w.position, w.trial) > (?, ?) AND w.state <> 'done'
       ORDER BY w.position, w.trial LIMIT ${CHUNK}`,
      n,
      last.position,
      last.n,
    );
    const end = rows.at(-1);
    if (end === undefined) return;
    connection.write(() => {
      for (const { n: trial, position: _, id, seed, spec, ...cost } of rows) {
        const seconds = secondsOf(trialOf(id, spec, seed).spec, cost);
        connection.run('UPDATE trials SET predicted_seconds = ? WHERE n = ?', seconds, trial);
        connection.run('UPDATE sweep_trials SET priority = ? WHERE trial = ? AND sweep = ?', seconds, trial, n);
      }
    });
    last = end;
  }
}
