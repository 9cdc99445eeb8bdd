/**
 * Points of a slice at exactly its cost. A grid seldom has cells of equal cost: where a line of cells (all fixed but one
 * of resolution, width and depth) passes the cost, its accuracy there is interpolated between the two neighbours,
 * linearly in the logarithm of cost. A cell within the tolerance stands for itself.
 */
import { canonicalJson, type CostAxis, type ScalingAxis } from '../../contract/index.ts';
import type { StoredCell } from './cell-result.ts';

export interface SlicePoint extends Readonly<Record<ScalingAxis, number>> {
  readonly minivalTop1: number;
  /** The dimension that was interpolated, `null` for a cell as it was measured. */
  readonly interpolated: ScalingAxis | null;
}

/** What a curve holds fixed: the schedule when forward FLOPs are held, and the grid's other axes. */
export interface Held {
  readonly epochs?: number;
  readonly axes: Readonly<Record<string, unknown>>;
}

export interface SliceGroup {
  readonly held: Held;
  readonly points: readonly SlicePoint[];
}

export interface SliceTarget {
  readonly axis: CostAxis;
  readonly cost: number;
  /** Cells within cost x (1 +- tolerance) stand for themselves. */
  readonly tolerance: number;
  /** The dimensions, in the order in which they are answered for. */
  readonly axes: readonly ScalingAxis[];
}

/**
 * Cells of different schedules are one group only when the axis is train FLOPs: there the schedule is what is traded.
 */
export function slicePoints(cells: readonly StoredCell[], target: SliceTarget): SliceGroup[] {
  const groups = new Map<string, { held: Held; cells: StoredCell[] }>();
  const forms = new Map<StoredCell['axes'], string>();
  for (const cell of cells) {
    const held: Held = target.axis === 'trainFlops' ? { axes: cell.axes } : { epochs: cell.epochs, axes: cell.axes };
    const form = forms.get(cell.axes) ?? canonicalJson(cell.axes);
    forms.set(cell.axes, form);
    const key = `${held.epochs} ${form}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { held, cells: [cell] });
    else group.cells.push(cell);
  }
  return [...groups.values()]
    .map((group) => ({ held: group.held, points: pointsOf(group.cells, target) }))
    .filter((group) => group.points.length > 0)
    .sort((a, b) => (a.held.epochs ?? 0) - (b.held.epochs ?? 0));
}

function pointsOf(cells: readonly StoredCell[], target: SliceTarget): SlicePoint[] {
  const points: SlicePoint[] = cells
    .filter((cell) => isNear(cell, target))
    .map((cell) => pointAt(cell, cell.minivalTop1, null, target.axes));
  for (const along of target.axes) {
    for (const line of linesAlong(cells, along, target.axes)) {
      for (const [i, above] of line.entries()) {
        const below = line[i - 1];
        if (below === undefined || isNear(below, target) || isNear(above, target)) continue;
        const [low, high] = [costOf(below, target), costOf(above, target)];
        if (low >= target.cost || high <= target.cost) continue;
        const share = Math.log(target.cost / low) / Math.log(high / low);
        const top1 = below.minivalTop1 + share * (above.minivalTop1 - below.minivalTop1);
        const value = below[along] * (above[along] / below[along]) ** share;
        points.push({ ...pointAt(below, top1, along, target.axes), [along]: value });
      }
    }
  }
  return points;
}

/** Cells that share all but one dimension, by rising value of that one. */
function linesAlong(cells: readonly StoredCell[], along: ScalingAxis, axes: readonly ScalingAxis[]): StoredCell[][] {
  const lines = new Map<string, StoredCell[]>();
  for (const cell of cells) {
    const key = axes.map((name) => (name === along ? '' : cell[name])).join('|');
    const line = lines.get(key);
    if (line === undefined) lines.set(key, [cell]);
    else line.push(cell);
  }
  return [...lines.values()].map((line) => line.sort((a, b) => a[along] - b[along]));
}

function costOf(cell: StoredCell, target: SliceTarget): number {
  return cell[target.axis] ?? Number.NaN;
}

function isNear(cell: StoredCell, target: SliceTarget): boolean {
  return Math.abs(costOf(cell, target) / target.cost - 1) <= target.tolerance;
}

function pointAt(
  cell: StoredCell,
  minivalTop1: number,
  interpolated: ScalingAxis | null,
  axes: readonly ScalingAxis[],
): SlicePoint {
  const shape = Object.fromEntries(axes.map((axis) => [axis, cell[axis]])) as Record<ScalingAxis, number>;
  return { ...shape, minivalTop1, interpolated };
}
