/** A cell with what was measured on it, as queries answer. */
import type { Row } from '../store/connection.ts';
import { intervalOf, type Noise } from './noise.ts';

export interface CellResult {
  readonly width: number;
  readonly depth: number;
  readonly resolution: number;
  readonly epochs: number;
  /** What else the grid varied. */
  readonly axes: Readonly<Record<string, unknown>>;
  readonly flops: number | null;
  readonly params: number | null;
  readonly trainFlops: number | null;
  readonly activations: number | null;
  readonly memoryBytes: number | null;
  /** Mean over seeds, fraction of 1. */
  readonly minivalTop1: number;
  /** Mean over seeds; reported, never chosen on. */
  readonly testTop1: number | null;
  /** 95 % interval of the mean over seeds; `null` when no cell has two seeds. */
  readonly interval: readonly [number, number] | null;
  /** Finished seeds. */
  readonly seeds: number;
  /** Seeds that failed for good (diverged, say). */
  readonly failedSeeds: number;
  /** Mean over seeds of the median step time. */
  readonly stepMs: number | null;
  readonly seconds: number | null;
  readonly peakBytes: number | null;
}

/** A cell as the queries hold it: its row number and reading error do not leave the room. */
export interface StoredCell extends Omit<CellResult, 'interval'> {
  readonly n: number;
  readonly readingError: number | null;
}

/** Columns of `cells` that make a `StoredCell`. */
export const CELL_COLUMNS = `n, width, depth, resolution, epochs, axes, flops, params, train_flops AS trainFlops, activations,
  memory_bytes AS memoryBytes, minival_top1 AS minivalTop1, test_top1 AS testTop1, seeds, failed_seeds AS failedSeeds,
  step_ms AS stepMs, seconds, peak_bytes AS peakBytes, reading_error AS readingError`;

/** Reads rows of `CELL_COLUMNS`. Cells of equal axes share one object: thousands of cells have a handful of forms. */
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

export function cellResult(cell: StoredCell, noise: Noise | null): CellResult {
  const { n: _n, readingError: _r, ...fields } = cell;
  return { ...fields, interval: intervalOf(cell, noise) };
}
