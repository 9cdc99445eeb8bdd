/**
 * Depth against width, one panel per schedule: from a base network, cells that grow deeper and cells that grow wider, at
 * each resolution, against what they cost (ResNet-RS, Figure 3).
 */
import type { TopLevelSpec } from 'vega-lite';
import { canonicalJson, costNouns, factOf, titleOf, type CostAxis } from '../../contract/index.ts';
import type { CellResult } from '../../results/index.ts';
import { PAGE_WIDTH, type Figure } from './figure.ts';
import { linearDomain, logDomain, logTicks, percent } from './scales.ts';
import { COLOURS, CONFIG } from './style.ts';

interface Base {
  readonly width: number;
  readonly depth: number;
  readonly form: string;
}

interface Point {
  readonly epochs: number;
  readonly resolution: number;
  readonly strategy: 'deeper' | 'wider';
  readonly cost: number;
  readonly top1: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** Of the numbers along the cost axis. */
const FORMATS = { flops: '~s', stepMs: '~g' } as const;

interface DepthWidthOptions {
  /** @defaultValue 'flops' */
  readonly axis?: Extract<CostAxis, 'flops' | 'stepMs'>;
  /** Of the figure's file, where there are several. @defaultValue 'depth-width' */
  readonly name?: string;
  /** @defaultValue 'Depth against width' */
  readonly title?: string;
}

/** `undefined` when no base network has both a deeper and a wider neighbour. */
export function depthWidth(cells: readonly CellResult[], options: DepthWidthOptions = {}): Figure | undefined {
  const { axis = 'flops', name = 'depth-width', title = 'Depth against width' } = options;
  const known = cells.filter((cell) => (cell[axis] ?? 0) > 0);
  const base = baseOf(known);
  if (base === undefined) return undefined;
  const points = armsOf(known, base, axis);
  const schedules = [...new Set(points.map((point) => point.epochs))].sort((a, b) => a - b);
  const [left, right] = logDomain(points.map((point) => point.cost));
  // Room for the resolutions' names.
  const x: [number, number] = [left / (right / left) ** 0.08, right];
  const costTitle = titleOf(factOf(axis));
  return {
    name,
    title,
    caption: `From depth ${base.depth}, width ${base.width}: deeper at that width (blue, round) against wider at that depth (orange, square), a line for each resolution (named at its left end, in pixels)${schedules.length > 1 ? ', a panel for each schedule' : ''}. The higher line at equal ${costNouns[axis]} is the better way to grow.`,
    spec: (page): TopLevelSpec => {
      const columns = page === 'wide' ? Math.min(3, schedules.length) : 1;
      const width = Math.min(420, (PAGE_WIDTH[page] - 50) / columns - 24);
      return {
        config: { ...CONFIG, autosize: { type: 'pad' } },
        columns,
        spacing: 16,
        resolve: { scale: { color: 'shared', shape: 'shared' } },
        concat: schedules.map((epochs, i) => {
          const shown = points.filter((point) => point.epochs === epochs);
          const y = linearDomain(shown.flatMap(({ top1, low, high }) => [top1, low ?? top1, high ?? top1]));
          return {
            title: { text: `${epochs} epochs`, fontSize: 12, anchor: 'start' as const, color: COLOURS.ink },
            width,
            height: page === 'wide' ? 260 : 220,
            data: { values: shown.map((point) => ({ ...point })) },
            encoding: {
              x: {
                field: 'cost',
                type: 'quantitative' as const,
                scale: { type: 'log' as const, domain: x, nice: false },
                axis: { title: costTitle, format: FORMATS[axis], values: logTicks(...x) },
              },
              y: {
                field: 'top1',
                type: 'quantitative' as const,
                scale: { domain: y, nice: false, zero: false },
                axis: { title: i % columns === 0 ? titleOf(factOf('minivalTop1')) : null, tickCount: 6 },
              },
              color: {
                field: 'strategy',
                type: 'nominal' as const,
                scale: { domain: ['deeper', 'wider'], range: [COLOURS.deeper, COLOURS.wider] },
                legend: { title: null },
              },
            },
            layer: [
              {
                mark: { type: 'line' as const, strokeWidth: 1.6 },
                encoding: { detail: { field: 'resolution', type: 'nominal' as const } },
              },
              {
                mark: { type: 'point' as const, filled: true, size: 44, opacity: 1 },
                encoding: {
                  shape: {
                    field: 'strategy',
                    type: 'nominal' as const,
                    scale: { domain: ['deeper', 'wider'], range: ['circle', 'square'] },
                    legend: { title: null },
                  },
                },
              },
              {
                transform: [{ filter: 'isValid(datum.low)' }],
                mark: { type: 'rule' as const, strokeWidth: 1 },
                encoding: {
                  y: { field: 'low', type: 'quantitative' as const },
                  y2: { field: 'high' },
                },
              },
              {
                data: { values: labelsOf(shown) },
                mark: { type: 'text' as const, align: 'right' as const, dx: -6, fontSize: 10 },
                encoding: {
                  text: { field: 'resolution' },
                  color: { value: COLOURS.muted },
                },
              },
            ],
          };
        }),
      };
    },
  };
}

/** The base whose two arms hold the most cells; of equals the smaller network. */
function baseOf(cells: readonly CellResult[]): Base | undefined {
  const forms = cells.map((cell) => ({ ...cell, form: canonicalJson(cell.axes) }));
  const bases = new Map(forms.map(({ width, depth, form }) => [`${width} ${depth} ${form}`, { width, depth, form }]));
  let found: { base: Base; size: number } | undefined;
  for (const base of [...bases.values()].sort((a, b) => a.depth - b.depth || a.width - b.width)) {
    const same = forms.filter((cell) => cell.form === base.form);
    const deeper = same.filter((cell) => cell.width === base.width && cell.depth > base.depth).length;
    const wider = same.filter((cell) => cell.depth === base.depth && cell.width > base.width).length;
    if (deeper === 0 || wider === 0) continue;
    const size = Math.min(deeper, wider);
    if (found === undefined || size > found.size) found = { base, size };
  }
  return found?.base;
}

/** Points of both arms, the base in each, wherever an arm has a second point. */
function armsOf(cells: readonly CellResult[], base: Base, axis: 'flops' | 'stepMs'): Point[] {
  const arms = new Map<string, Point[]>();
  for (const cell of cells) {
    if (canonicalJson(cell.axes) !== base.form) continue;
    const strategies = [
      ...(cell.width === base.width && cell.depth >= base.depth ? (['deeper'] as const) : []),
      ...(cell.depth === base.depth && cell.width >= base.width ? (['wider'] as const) : []),
    ];
    for (const strategy of strategies) {
      const key = `${cell.epochs} ${cell.resolution} ${strategy}`;
      const arm = arms.get(key) ?? [];
      arms.set(key, arm);
      arm.push({
        epochs: cell.epochs,
        resolution: cell.resolution,
        strategy,
        cost: cell[axis] ?? 1,
        top1: percent(cell.minivalTop1),
        low: cell.interval === null ? null : percent(cell.interval[0]),
        high: cell.interval === null ? null : percent(cell.interval[1]),
      });
    }
  }
  return [...arms.values()].filter((arm) => arm.length > 1).flat();
}

/** The left end of each resolution's lines: both arms begin at the base. */
function labelsOf(points: readonly Point[]): { cost: number; top1: number; resolution: number }[] {
  const ends = new Map<number, Point>();
  for (const point of points) {
    const end = ends.get(point.resolution);
    if (end === undefined || point.cost < end.cost) ends.set(point.resolution, point);
  }
  return [...ends.values()].map(({ cost, top1, resolution }) => ({ cost, top1, resolution }));
}
