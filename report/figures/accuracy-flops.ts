/** Minival accuracy against FLOPs, with the Pareto front and the budgets that were asked about. */
import type { TopLevelSpec } from 'vega-lite';
import { factOf, formatAmount, titleOf } from '../../contract/index.ts';
import type { CellResult } from '../../results/index.ts';
import { PAGE_WIDTH, type Figure, type Page } from './figure.ts';
import { linearDomain, logDomain, logTicks, percent } from './scales.ts';
import { colourAndShape, COLOURS, CONFIG, PALETTE } from './style.ts';

interface AccuracyFlopsData {
  readonly cells: readonly CellResult[];
  readonly front: readonly CellResult[];
  /** FLOPs budgets to mark. */
  readonly budgets: readonly number[];
}

/** Room that a label needs, in shares of the plot. */
const LABEL = { wide: { width: 0.22, height: 0.06 }, phone: { width: 0.46, height: 0.11 } } as const;

/** `undefined` when no cell has a known cost. */
export function accuracyFlops({ cells, front, budgets }: AccuracyFlopsData): Figure | undefined {
  const points = cells.filter((cell) => cell.flops !== null && cell.flops > 0);
  if (points.length === 0) return undefined;
  const flops = points.map((cell) => cell.flops ?? 1);
  const x = logDomain(flops);
  // Intervals as well: a mark beyond the plot takes its room away. Below, room for the names of the budgets.
  const top1 = [...points.map((cell) => cell.minivalTop1), ...front.flatMap((cell) => cell.interval ?? [])].map(
    percent,
  );
  const y: [number, number] = [linearDomain(top1, 0.14)[0], linearDomain(top1)[1]];
  const schedules = [...new Set(points.map((cell) => cell.epochs))].sort((a, b) => a - b);
  const marked = budgets.filter((budget) => budget > x[0] && budget < x[1]);

  const spec = (page: Page): TopLevelSpec => ({
    config: CONFIG,
    width: PAGE_WIDTH[page],
    height: page === 'wide' ? 460 : 340,
    layer: [
      {
        data: { values: marked.map((budget) => ({ flops: budget, label: `≤ ${formatAmount(budget)}` })) },
        encoding: { x: { field: 'flops', type: 'quantitative' } },
        layer: [
          { mark: { type: 'rule', color: COLOURS.muted, strokeDash: [2, 3], strokeWidth: 0.8 } },
          {
            mark: { type: 'text', align: 'right', dx: -3, baseline: 'bottom', fontSize: 10, color: COLOURS.muted },
            encoding: { text: { field: 'label' }, y: { datum: y[0], type: 'quantitative' } },
          },
        ],
      },
      {
        data: {
          values: points.map((cell) => ({ flops: cell.flops, top1: percent(cell.minivalTop1), epochs: cell.epochs })),
        },
        mark: { type: 'point', filled: true, size: points.length > 300 ? 22 : 36, opacity: 0.7 },
        encoding: {
          x: {
            field: 'flops',
            type: 'quantitative',
            scale: { type: 'log', domain: x, nice: false },
            axis: {
              title: `${titleOf(factOf('flops'))} (1 multiply-add = 2)`,
              format: '~s',
              values: logTicks(...x),
            },
          },
          y: {
            field: 'top1',
            type: 'quantitative',
            scale: { domain: y, nice: false, zero: false },
            axis: { title: titleOf(factOf('minivalTop1')) },
          },
          ...colourAndShape('epochs', 'epochs', schedules),
        },
      },
      {
        data: { values: frontValues(front, page, x, y) },
        encoding: { x: { field: 'flops', type: 'quantitative' } },
        layer: [
          {
            mark: { type: 'line', interpolate: 'step-after', color: COLOURS.ink, strokeWidth: 1.2 },
            encoding: { y: { field: 'top1', type: 'quantitative' } },
          },
          {
            transform: [{ filter: 'isValid(datum.low)' }],
            mark: { type: 'rule', color: COLOURS.ink, strokeWidth: 1 },
            encoding: { y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' } },
          },
          {
            mark: { type: 'point', shape: 'circle', size: 100, filled: false, stroke: COLOURS.ink, strokeWidth: 1.2 },
            encoding: { y: { field: 'top1', type: 'quantitative' } },
          },
          {
            transform: [{ filter: 'datum.isLabelled' }],
            mark: { type: 'text', align: 'right', dx: -7, dy: -7, fontSize: 10, color: COLOURS.ink },
            encoding: { y: { field: 'top1', type: 'quantitative' }, text: { field: 'label' } },
          },
        ],
      },
    ],
  });
  const many = schedules.length > PALETTE.length ? ` Schedules of ${schedules.length} lengths share one colour.` : '';
  return {
    name: 'accuracy-flops',
    title: 'Accuracy against FLOPs',
    caption: `Each point is a cell, its minival top-1 the mean over its seeds. Ringed and joined: the Pareto front, with 95 % intervals where the noise is known. Labels: d depth, w width, r resolution in pixels, e epochs.${marked.length > 0 ? ' Dashed: the budgets.' : ''}${many}`,
    spec,
  };
}

interface FrontValue {
  flops: number;
  top1: number;
  low: number | null;
  high: number | null;
  label: string;
  isLabelled: boolean;
}

/** Labels go from the most accurate down, left above the front; where there is room, and none at the left edge. */
function frontValues(front: readonly CellResult[], page: Page, x: [number, number], y: [number, number]): FrontValue[] {
  const hasSchedules = new Set(front.map((cell) => cell.epochs)).size > 1;
  const placed: { x: number; y: number }[] = [];
  const values = front.toReversed().map((cell) => {
    const top1 = percent(cell.minivalTop1);
    const at = { x: Math.log((cell.flops ?? 1) / x[0]) / Math.log(x[1] / x[0]), y: (top1 - y[0]) / (y[1] - y[0]) };
    const { width, height } = LABEL[page];
    const isFree = placed.every((other) => Math.abs(other.x - at.x) > width || Math.abs(other.y - at.y) > height);
    const isLabelled = isFree && at.x >= width;
    if (isLabelled) placed.push(at);
    return {
      flops: cell.flops ?? 1,
      top1,
      low: cell.interval === null ? null : percent(cell.interval[0]),
      high: cell.interval === null ? null : percent(cell.interval[1]),
      label: `d${cell.depth} w${cell.width} r${cell.resolution}${hasSchedules ? ` e${cell.epochs}` : ''}`,
      isLabelled,
    };
  });
  return values.reverse();
}
