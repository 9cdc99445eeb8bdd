/** Rows to cells: seeds averaged, doubles removed, costs and uncertainties kept. */
import { canonicalJson } from '../contract/index.ts';
import type { ResultRow } from '../results/index.ts';
import { cellName, type CellName, type MatchedCost, type Strategy } from './finding.ts';
import { groupBy } from './group-by.ts';
import { plural } from './words.ts';

/** A cell as the findings see it. Accuracies are fractions of 1. */
export interface MeasuredCell extends CellName {
  /** Position in the list that it is part of. */
  readonly index: number;
  /** Everything else that the grid varied. */
  readonly axes: Readonly<Record<string, unknown>>;
  /** Canonical form of `axes` and of where the cell was trained: cells are compared only within one. */
  readonly setting: string;
  /** Trial ids, one per seed. */
  readonly ids: readonly string[];
  readonly seeds: readonly number[];
  /** Minival top-1 of each seed. */
  readonly values: readonly number[];
  /** Their mean. */
  readonly top1: number;
  /** Mean test top-1, reported and never chosen on. */
  readonly testTop1: number | null;
  /** Variance of `top1` that comes from digitising it (from a plot), apart from seeds. */
  readonly digitisationVariance: number;
  readonly costs: Readonly<Record<MatchedCost, number | null>>;
}

export interface MeasuredCells {
  readonly cells: readonly MeasuredCell[];
  /** What was left out, and why, in sentences. */
  readonly limits: readonly string[];
}

const isUsable = (value: number | null): value is number => value !== null && Number.isFinite(value);

/** Mean of what is there; `null` when nothing is. */
function meanOf(values: readonly (number | null)[]): number | null {
  const present = values.filter(isUsable);
  return present.length === 0 ? null : present.reduce((sum, value) => sum + value, 0) / present.length;
}

function positiveMean(values: readonly (number | null)[]): number | null {
  const mean = meanOf(values);
  return mean !== null && mean > 0 ? mean : null;
}

/** The same cell and seed twice (a point that two figures show) is one trial: the more precise value is kept. */
function morePrecise(a: ResultRow, b: ResultRow): ResultRow {
  const [first, second] = (a.readingError ?? 0) <= (b.readingError ?? 0) ? [a, b] : [b, a];
  return { ...first, stepMs: first.stepMs ?? second.stepMs, trainFlops: first.trainFlops ?? second.trainFlops };
}

/**
 * Groups rows into cells by width, depth, resolution, epochs, the grid's other axes, and trained or imported.
 * Rows without a minival accuracy are left out: a test accuracy is never compared with a minival one.
 */
export function measureCells(rows: readonly ResultRow[]): MeasuredCells {
  const groups = new Map<string, Map<number, ResultRow>>();
  const settings = new Map<Readonly<Record<string, unknown>>, string>();
  let withoutMinival = 0;
  let doubles = 0;
  for (const row of rows) {
    if (!isUsable(row.minivalTop1)) {
      withoutMinival++;
      continue;
    }
    let setting = settings.get(row.axes);
    if (setting === undefined) settings.set(row.axes, (setting = canonicalJson(row.axes)));
    const key = `${row.width}|${row.depth}|${row.resolution}|${row.epochs}|${row.source}${setting}`;
    let seeds = groups.get(key);
    if (seeds === undefined) groups.set(key, (seeds = new Map()));
    const held = seeds.get(row.seed);
    if (held !== undefined) doubles++;
    seeds.set(row.seed, held === undefined ? row : morePrecise(held, row));
  }
  // Sorted by name, so that sums and draws don't depend on the order of the rows.
  const ordered = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  const cells = ordered.map(([, group], index) => makeCell(index, [...group.values()]));
  const limits: string[] = [];
  if (withoutMinival > 0) limits.push(`${plural(withoutMinival, 'result')} without a minival accuracy: left out.`);
  if (doubles > 0)
    limits.push(
      `${plural(doubles, 'result')} of a cell and seed that another result has too: the more precise value was kept.`,
    );
  return { cells, limits };
}

function makeCell(index: number, rows: readonly ResultRow[]): MeasuredCell {
  const first = rows[0]!;
  const sorted = rows.toSorted((a, b) => a.seed - b.seed);
  const values = sorted.map((row) => row.minivalTop1!);
  return {
    index,
    ...cellName(first),
    axes: first.axes,
    setting: `${first.source}${canonicalJson(first.axes)}`,
    ids: sorted.map((row) => row.id),
    seeds: sorted.map((row) => row.seed),
    values,
    top1: meanOf(values)!,
    testTop1: meanOf(sorted.map((row) => row.testTop1)),
    digitisationVariance: sorted.reduce((sum, row) => sum + (row.readingError ?? 0) ** 2, 0) / sorted.length ** 2,
    costs: {
      flops: positiveMean(sorted.map((row) => row.flops)),
      trainFlops: positiveMean(sorted.map((row) => row.trainFlops)),
      stepMs: positiveMean(sorted.map((row) => row.stepMs)),
      params: positiveMean(sorted.map((row) => row.params)),
    },
  };
}

/** The cells that differ only in `axis`, in its order, by what they share. */
export function linesAlong(cells: readonly MeasuredCell[], axis: Strategy): Map<string, MeasuredCell[]> {
  const lines = groupBy(cells, (cell) => lineKey(cell, axis));
  for (const line of lines.values()) line.sort((a, b) => a[axis] - b[axis]);
  return lines;
}

/** Names the line along `axis` that a cell lies on. */
export function lineKey(cell: MeasuredCell, axis: Strategy): string {
  const part = (name: Strategy): string => (name === axis ? '' : String(cell[name]));
  return `${part('width')}|${part('depth')}|${part('resolution')}|${part('epochs')}|${cell.setting}`;
}
