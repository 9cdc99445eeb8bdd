/** What a report says of trials beside their results: predictions, failures, and where they ran. */
import type { FailureKind, ScalingAxis, TrialSpec } from '../../contract/index.ts';
import { familyNames } from '../../models/index.ts';
import { workerMemory } from '../../compiler/index.ts';
import { guarded } from '../store/sqlite-errors.ts';
import type { SqliteStore } from '../store/sqlite-store.ts';
import { columnList, fieldList } from '../store/sql.ts';
import { trialsOf } from './rows.ts';
import { resolveScope, type ScopeOptions } from './scope.ts';

interface TrialPrediction {
  readonly id: string;
  readonly predictedSeconds: number | null;
  readonly seconds: number | null;
  /** Of the worker's process, like `peakBytes`; null for an engine or a device whose memory is not predicted, and for a family that is not registered here. */
  readonly predictedBytes: number | null;
  readonly peakBytes: number | null;
}

interface FailedTrial extends Readonly<Record<ScalingAxis, number>> {
  readonly id: string;
  readonly seed: number;
  readonly attempts: number;
  readonly kind: FailureKind;
  readonly message: string;
  readonly step: number | null;
}

interface UsedEnvironment {
  readonly environment: Readonly<Record<string, string>>;
  readonly device: string;
  readonly attempts: number;
}

export interface TrialFacts {
  /** Finished trials, by the order they were planned. */
  readonly predictions: readonly TrialPrediction[];
  readonly failed: readonly FailedTrial[];
  /** Of attempts that gave a result, the most used first. */
  readonly environments: readonly UsedEnvironment[];
  readonly finished: number;
  readonly planned: number;
}

export function trialFacts(store: SqliteStore, options: ScopeOptions = {}): TrialFacts {
  return guarded(store.file, () => {
    const resolved = resolveScope(store, options);
    const { connection } = resolved;
    const { scaling } = connection.facts;
    const { from, values } = trialsOf(resolved);
    const counts = connection.get<{ finished: number; planned: number }>(
      `SELECT count(*) FILTER (WHERE t.state = 'done') AS finished, count(*) AS planned FROM ${from}`,
      ...values,
    );
    return {
      finished: counts?.finished ?? 0,
      planned: counts?.planned ?? 0,
      predictions: predicted(
        connection.all<PredictionRow>(
          `SELECT t.id, t.predicted_seconds AS predictedSeconds, t.seconds, t.peak_bytes AS peakBytes,
             t.cell, t.micro_batch AS microBatch, a.device, (SELECT p.spec FROM specs p WHERE p.cell = t.cell) AS spec
           FROM (SELECT t.* FROM ${from} AND t.state = 'done') t
           LEFT JOIN attempts a ON a.trial = t.n AND a.attempt = t.attempt ORDER BY t.n`,
          ...values,
        ),
      ),
      failed: connection.all<FailedTrial>(
        `SELECT f.id, f.seed, ${fieldList(scaling, 'f.')}, f.attempt AS attempts, a.kind, a.message, a.step
         FROM (SELECT t.n, t.id, t.seed, t.attempt, ${columnList(scaling, (column) => `c.${column}`)} FROM ${from} AND t.state = 'failed') f
         JOIN attempts a ON a.trial = f.n AND a.attempt = f.attempt ORDER BY f.n`,
        ...values,
      ),
      environments: connection
        .all<{ json: string; device: string; attempts: number }>(
          `SELECT e.json, a.device, count(*) AS attempts
           FROM (SELECT t.n, t.attempt FROM ${from} AND t.state = 'done') d
           JOIN attempts a ON a.trial = d.n AND a.attempt = d.attempt JOIN environments e ON e.n = a.environment
           GROUP BY e.n, a.device ORDER BY attempts DESC, e.n, a.device`,
          ...values,
        )
        .map(({ json, device, attempts }) => ({
          environment: JSON.parse(json) as Record<string, string>,
          device,
          attempts,
        })),
    };
  });
}

interface PredictionRow extends Omit<TrialPrediction, 'predictedBytes'> {
  readonly cell: number;
  readonly microBatch: number | null;
  readonly device: string | null;
  /** Of a trained trial, without its seed. */
  readonly spec: string | null;
}

function predicted(rows: readonly PredictionRow[]): TrialPrediction[] {
  // Trials of one cell differ by their seed.
  const known = new Map<string, number | null>();
  return rows.map(({ cell, microBatch, device, spec, ...row }) => {
    const key = `${cell} ${microBatch} ${device}`;
    let predictedBytes = known.get(key);
    if (predictedBytes === undefined) known.set(key, (predictedBytes = bytesOf(spec, microBatch, device)));
    return { ...row, predictedBytes };
  });
}

function bytesOf(json: string | null, microBatch: number | null, device: string | null): number | null {
  if (json === null || device !== 'cpu') return null;
  const spec = JSON.parse(json) as TrialSpec;
  if (spec.engine.name !== 'onnx' || !familyNames().includes(spec.model.family)) return null;
  return workerMemory(spec, microBatch ?? undefined);
}
