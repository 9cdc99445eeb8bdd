/** The slice of equal cost: which depth, width and resolution are best when each must pay for the others. */
import { ScalesweepError, type CostAxis, type ScalingAxis } from '../../contract/index.ts';
import { guarded } from '../store/sqlite-errors.ts';
import type { SqliteStore } from '../store/sqlite-store.ts';
import { cellResult, type CellResult } from './cell-result.ts';
import { byAccuracy, type Cells, type Scope } from './cells.ts';
import { fitParabola, fitPowerLaw, type Optimum } from './fits.ts';
import { cellsOf, resolveScope, type ScopeOptions } from './scope.ts';
import { slicePoints, type Held, type SliceGroup, type SlicePoint, type SliceTarget } from './slice-points.ts';

/** Cells to look at: enough for any fit; more than this and the tolerance is narrowed instead (reading them costs 10 us each). */
const SLICE_CELLS = 1000;
const LISTED = 100;

interface IsoflopOptions extends ScopeOptions {
  /** The cost to hold, on `axis`. */
  readonly flops: number;
  /** `flops` of a forward pass, or `trainFlops`: then the schedule is traded too. @defaultValue 'flops' */
  readonly axis?: 'flops' | 'trainFlops';
  /** Cells within this fraction of the cost belong to the slice. @defaultValue 0.1 */
  readonly tolerance?: number;
}

const curveFlags = ['too-few-points', 'grid-edge', 'no-interior-optimum', 'methods-disagree'] as const;
/**
 * - `too-few-points`: under 3 values, nothing was fitted; at 3, only the parabola, exactly.
 * - `grid-edge`: the best value is the smallest or largest there is; a wider grid may do better.
 * - `no-interior-optimum`: a fit has no maximum between the smallest and largest value, and is left out.
 * - `methods-disagree`: the two optima differ by more than a factor 1.5.
 */
type CurveFlag = (typeof curveFlags)[number];

/** The best accuracy at each value of one dimension, the others paying for it. */
export interface SliceCurve {
  readonly along: ScalingAxis;
  readonly held: Held;
  readonly points: readonly (SlicePoint & { readonly value: number })[];
  /** The best of the points. */
  readonly best: SlicePoint & { readonly value: number };
  readonly parabola: Optimum | null;
  readonly powerLaw: Optimum | null;
  readonly flags: readonly CurveFlag[];
}

interface Isoflop {
  readonly axis: CostAxis;
  readonly target: number;
  /** As used: narrower than asked where more than 1000 cells were within it. */
  readonly tolerance: number;
  readonly scope: Scope;
  /** Cells within the tolerance, the most accurate first, up to 100 of them. */
  readonly slice: readonly CellResult[];
  readonly sliceTotal: number;
  readonly curves: readonly SliceCurve[];
}

export function isoflop(store: SqliteStore, options: IsoflopOptions): Isoflop {
  const { flops: cost, axis = 'flops', tolerance = 0.1 } = options;
  if (!(cost > 0 && Number.isFinite(cost))) {
    throw new ScalesweepError('USAGE', `Expected FLOPs above 0, got ${cost}`, { hint: 'For example --flops 2G.' });
  }
  if (!(tolerance >= 0 && tolerance < 1)) {
    throw new ScalesweepError('USAGE', `Expected a tolerance from 0 to 1, got ${tolerance}`, {
      hint: 'For example --tolerance 0.1.',
    });
  }
  return guarded(store.file, () => {
    const cells = cellsOf(resolveScope(store, options));
    // Curves are listed with depth first.
    const axes = ['depth' as const, ...cells.axes.filter((name) => name !== 'depth')];
    const target: SliceTarget = { axis, cost, tolerance: narrowed(cells, axis, cost, tolerance), axes };
    const near = cells.between(axis, cost * (1 - target.tolerance), cost * (1 + target.tolerance));
    const span = windowOf(cells, target);
    const window = span === undefined ? near : cells.between(axis, cost / span, cost * span);
    return {
      axis,
      target: cost,
      tolerance: target.tolerance,
      scope: cells.scope,
      slice: near
        .toSorted(byAccuracy(axis))
        .slice(0, LISTED)
        .map((cell) => cellResult(cell, cells.noise)),
      sliceTotal: near.length,
      curves: slicePoints(window, target).flatMap((group) => curvesOf(group, target)),
    };
  });
}

/** Where cells abound, the slice is made thinner: cells nearer to the cost say more about it. */
function narrowed(cells: Cells, axis: CostAxis, cost: number, asked: number): number {
  let tolerance = asked;
  const isFull = (): boolean => cells.hasMoreThan(SLICE_CELLS, axis, cost * (1 - tolerance), cost * (1 + tolerance));
  while (tolerance > 1e-6 && isFull()) tolerance /= 2;
  return tolerance;
}

/**
 * Neighbours to interpolate between lie up to a factor 4 away (a doubled resolution); where cells abound, nearer ones do,
 * or none (`undefined`).
 */
function windowOf(cells: Cells, { axis, cost }: SliceTarget): number | undefined {
  const spans = [1.25, 1.5, 2, 3, 4.5];
  const tooWide = spans.findIndex((span) => cells.hasMoreThan(SLICE_CELLS, axis, cost / span, cost * span));
  if (tooWide === -1) return spans.at(-1);
  return tooWide === 0 ? undefined : spans[tooWide - 1];
}

function curvesOf(group: SliceGroup, { axis, axes }: SliceTarget): SliceCurve[] {
  return axes
    .filter((along) => along !== 'epochs' || axis === 'trainFlops')
    .map((along) => curveAlong(group, along))
    .filter((curve) => curve !== undefined);
}

/** `undefined` for a dimension that the slice does not vary. */
function curveAlong({ held, points }: SliceGroup, along: ScalingAxis): SliceCurve | undefined {
  const bestAt = new Map<number, SlicePoint>();
  for (const point of points) {
    // Interpolated along this very dimension, a value lies between the grid's and would only repeat its neighbours.
    if (point.interpolated === along) continue;
    const held = bestAt.get(point[along]);
    if (held === undefined || point.minivalTop1 > held.minivalTop1) bestAt.set(point[along], point);
  }
  const curve = [...bestAt].map(([value, point]) => ({ ...point, value })).sort((a, b) => a.value - b.value);
  const [first, ...others] = curve;
  if (first === undefined || others.length === 0) return undefined;
  const best = curve.reduce((a, b) => (b.minivalTop1 > a.minivalTop1 ? b : a));
  const isInside = (optimum: Optimum | null): boolean =>
    optimum !== null && optimum.value >= first.value && optimum.value <= (curve.at(-1)?.value ?? first.value);
  const fits = { parabola: fitParabola(curve), powerLaw: fitPowerLaw(curve) };
  const parabola = isInside(fits.parabola) ? fits.parabola : null;
  const powerLaw = isInside(fits.powerLaw) ? fits.powerLaw : null;
  const flags: CurveFlag[] = [];
  if (curve.length < 4) flags.push('too-few-points');
  if (best === first || best === curve.at(-1)) flags.push('grid-edge');
  if ((curve.length >= 3 && parabola === null) || (curve.length >= 4 && powerLaw === null))
    flags.push('no-interior-optimum');
  if (parabola !== null && powerLaw !== null && Math.abs(Math.log(parabola.value / powerLaw.value)) > Math.log(1.5)) {
    flags.push('methods-disagree');
  }
  return { along, held, points: curve, best, parabola, powerLaw, flags };
}
