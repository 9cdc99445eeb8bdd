/** Results as rows. Their numbers, with units and meaning, are in the tables of contract/facts/. */
import type { CostName, MetricName, OwnMetrics, ScalingAxis } from '../contract/index.ts';

/** One finished trial as queries, findings, figures and exports see it. `null`: not measured, or not said by an import. */
export interface ResultRow
  extends Readonly<Record<ScalingAxis, number>>, Readonly<Record<CostName | MetricName, number | null>> {
  readonly id: string;
  readonly seed: number;
  /** What else the grid varied, by its name in the grid. */
  readonly axes: Readonly<Record<string, unknown>>;
  readonly source: 'trained' | 'imported';
  /** What a trainer of the user's own measures beside the others, by its names; left out where it measures nothing more. */
  readonly metrics?: OwnMetrics;
  /** The sweep that was asked about, or the first that asked for the trial. */
  readonly sweep: string;
}

/** A result that was trained elsewhere. What is not known is left out. */
export interface ImportedResult
  extends Readonly<Record<ScalingAxis, number>>, Readonly<Partial<Record<CostName | MetricName, number | null>>> {
  readonly seed?: number;
  readonly axes?: Readonly<Record<string, unknown>>;
}
