/** A cell with what was measured on it, as queries answer. */
import { inOrder, type CostName, type METRICS, type ScalingAxis } from '../../contract/index.ts';
import type { Row } from '../store/connection.ts';
import { fieldList, overSeeds, perFacts } from '../store/sql.ts';
import { intervalOf, type NoiseModel } from './noise.ts';

/** Metrics that a cell has over its seeds: a mean, or the maximum of peaks. */
type CellMetric = Exclude<
  Extract<(typeof METRICS)[number], { overSeeds: string }>['name'],
  'minivalTop1' | 'readingError'
>;

/** The scaling axes, costs and metrics of a cell (contract/facts/), the metrics over its seeds. */
export interface CellResult
  extends Readonly<Record<ScalingAxis, number>>, Readonly<Record<CostName | CellMetric, number | null>> {
  /** What else the grid varied. */
  readonly axes: Readonly<Record<string, unknown>>;
  /** Mean over seeds, fraction of 1. */
  readonly minivalTop1: number;
  /** 95 % interval of the mean over seeds of a cell that was named beforehand; `null` where no cell has two seeds. */
  readonly interval: readonly [number, number] | null;
  /** Finished seeds. */
  readonly seeds: number;
  /** Seeds that failed for good (diverged, say). */
  readonly failedSeeds: number;
}

/** A cell as the queries hold it: its row number and reading error do not leave the room. */
export interface StoredCell extends Omit<CellResult, 'interval'> {
  readonly n: number;
  readonly readingError: number | null;
}

/** Columns of `cells` that make a `StoredCell`, in the order of a cell's JSON. */
export const cellFields = perFacts((facts) => {
  const costs = inOrder(facts.costs, ['flops', 'params', 'trainFlops']);
  const metrics = overSeeds(facts);
  const accuracies = metrics.filter(({ name }) => name === 'minivalTop1' || name === 'testTop1');
  const others = metrics.filter((row) => !accuracies.includes(row));
  return `n, ${fieldList(facts.scaling)}, axes, ${fieldList(costs)}, ${fieldList(accuracies)},
    seeds, failed_seeds AS failedSeeds, ${fieldList(others)}`;
});

/** Reads rows of {@link cellFields}. Cells of equal axes share one object: thousands of cells have a handful of forms. */
export function cellReader(): (row: Row) => StoredCell {
  const forms = new Map<string, Readonly<Record<string, unknown>>>();
  return (row) => {
    const text = String(row.axes);
    let axes = forms.get(text);
    if (axes === undefined) forms.set(text, (axes = JSON.parse(text) as Record<string, unknown>));
    const cell = row as Record<string, unknown>;
    cell.axes = axes;
    return cell as unknown as StoredCell;
  };
}

export function cellResult(cell: StoredCell, noise: NoiseModel): CellResult {
  const { n: _n, readingError: _r, ...fields } = cell;
  return { ...fields, interval: intervalOf(cell, noise) };
}
