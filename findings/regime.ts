/**
 * Over-fitting regime of each cell. From the curves where there are any: does minival peak before the end and fall
 * while training accuracy still rises? From the final accuracies alone: how far training is ahead of minival.
 */
import { median } from 'simple-statistics';
import type { EpochMetrics } from '../contract/index.ts';
import type { ResultRow } from '../results/index.ts';
import type { MeasuredCell } from './cells.ts';
import { cellName, type CellName } from './finding.ts';

/**
 * - `over-fitting`: minival fell from an earlier peak by more than its noise while the training metric still improved.
 * - `still-learning`: minival was rising at the end by more than its noise.
 * - `level`: neither.
 * - `unknown`: too few epochs, or no curve.
 */
type Regime = 'over-fitting' | 'still-learning' | 'level' | 'unknown';

export interface CellRegime extends CellName {
  readonly regime: Regime;
  /** Train less minival top-1 at the end, mean over seeds, points; `null` where not measured. */
  readonly gap: number | null;
  /** Epoch of the best smoothed minival top-1, median over seeds. */
  readonly peakEpoch: number | null;
  /** Smoothed minival top-1 at its peak less at the end, median over seeds, points. */
  readonly fall: number | null;
}

export type Curves = ReadonlyMap<string, readonly EpochMetrics[]>;

/** Below this many epochs with a minival accuracy a curve has no trend to speak of. */
const LEAST_EPOCHS = 6;
/** A fall or rise counts from this many standard errors of the smoothed curve: one in 400 by chance. */
const NOISE_FACTOR = 3;

export function regimesOf(cells: readonly MeasuredCell[], rows: readonly ResultRow[], curves: Curves): CellRegime[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return cells.flatMap((cell) => {
    const gaps = cell.ids.flatMap((id) => {
      const { trainTop1, minivalTop1 } = byId.get(id)!;
      return trainTop1 === null || minivalTop1 === null ? [] : [100 * (trainTop1 - minivalTop1)];
    });
    const read = cell.ids.flatMap((id) => readCurve(curves.get(id) ?? []) ?? []);
    if (gaps.length === 0 && read.length === 0) return [];
    return [
      {
        ...cellName(cell),
        regime: majority(read.map((curve) => curve.regime)),
        gap: gaps.length === 0 ? null : gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length,
        peakEpoch: read.length === 0 ? null : median(read.map((curve) => curve.peakEpoch)),
        fall: read.length === 0 ? null : median(read.map((curve) => curve.fall)),
      },
    ];
  });
}

/** The regime of more than half the seeds. */
function majority(regimes: readonly Regime[]): Regime {
  if (regimes.length === 0) return 'unknown';
  for (const regime of ['over-fitting', 'still-learning'] as const) {
    if (regimes.filter((one) => one === regime).length * 2 > regimes.length) return regime;
  }
  return 'level';
}

interface ReadCurve {
  readonly regime: Regime;
  readonly peakEpoch: number;
  readonly fall: number;
}

/** Minival smoothed over a sixth of the epochs (3 at least); its noise from second differences, which a trend leaves out. */
export function readCurve(curve: readonly EpochMetrics[]): ReadCurve | undefined {
  const measured = curve.filter((metrics) => metrics.minivalTop1 !== null);
  if (measured.length < LEAST_EPOCHS) return undefined;
  const minival = measured.map((metrics) => 100 * metrics.minivalTop1!);
  const window = Math.max(3, Math.round(measured.length / 6));
  const smooth = minival.slice(window - 1).map((_, i) => mean(minival.slice(i, i + window)));
  const peak = smooth.indexOf(Math.max(...smooth));
  const end = smooth.length - 1;
  const fall = smooth[peak]! - smooth[end]!;
  const threshold = NOISE_FACTOR * noiseOf(minival.slice(Math.floor(minival.length / 2))) * Math.sqrt(2 / window);
  const before = smooth[Math.max(0, end - window)]!;
  const fits = isStillFitting(measured, peak + window - 1);
  const regime =
    fall > threshold && fits ? 'over-fitting' : smooth[end]! - before > threshold ? 'still-learning' : 'level';
  return { regime, peakEpoch: measured[peak + Math.floor(window / 2)]!.epoch, fall };
}

/** Did training improve between the peak and the end? Without training metrics, the fall alone speaks. */
function isStillFitting(curve: readonly EpochMetrics[], peak: number): boolean {
  const [at, end] = [curve[peak]!, curve.at(-1)!];
  if (at.trainLoss !== null && end.trainLoss !== null) return end.trainLoss < at.trainLoss;
  if (at.trainTop1 !== null && end.trainTop1 !== null) return end.trainTop1 > at.trainTop1;
  return true;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Standard deviation of one epoch's value: second differences of independent noise have six times its variance. */
function noiseOf(values: readonly number[]): number {
  const second = values.slice(2).map((value, i) => value - 2 * values[i + 1]! + values[i]!);
  return second.length === 0 ? Infinity : Math.sqrt(mean(second.map((d) => d * d)) / 6);
}
