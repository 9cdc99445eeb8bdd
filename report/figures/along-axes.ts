/** Minival accuracy along each scaling axis, with intervals. */
import type { TopLevelSpec } from 'vega-lite';
import { canonicalJson, factOf, SCALING_AXES, titleOf, type ScalingAxis } from '../../contract/index.ts';
import type { CellResult } from '../../results/index.ts';
import { PAGE_WIDTH, type Figure } from './figure.ts';
import { linearDomain, percent } from './scales.ts';
import { COLOURS, CONFIG, PALETTE } from './style.ts';

const AXES = SCALING_AXES.map((axis) => ({ name: axis.name, title: titleOf(axis) }));

/** More lines than this are a grey sheet; every n-th is drawn. */
const MOST_LINES = 60;

interface Panel {
  readonly title: string;
  readonly values: readonly number[];
  readonly lines: readonly { line: number; value: number; top1: number }[];
  readonly means: readonly { value: number; top1: number; low: number | null; high: number | null }[];
  readonly balanced: number;
}

/** `undefined` when no axis has two values. */
export function alongAxes(cells: readonly CellResult[]): Figure | undefined {
  const panels = AXES.map(({ name, title }) => panelAlong(cells, name, title)).filter((panel) => panel !== undefined);
  if (panels.length === 0) return undefined;
  const tops = panels.flatMap((panel) => [
    ...panel.lines.map((point) => point.top1),
    ...panel.means.flatMap(({ top1, low, high }) => [top1, low ?? top1, high ?? top1]),
  ]);
  const domain = linearDomain(tops);
  return {
    name: 'along-axes',
    title: 'Accuracy along each axis',
    caption: `Grey: cells that differ in this axis alone. Blue: the mean over those of them that have every value of the axis (${panels.map((panel) => `${panel.title.split(' ', 1)[0]} ${panel.balanced}`).join(', ')} lines), so that each value is averaged over the same company${cells.every(({ interval }) => interval === null) ? '' : '; bars are 95 % intervals of that mean over seeds'}. What an axis gains here it may cost in FLOPs: the figures below match cost.`,
    spec: (page): TopLevelSpec => {
      const columns = page === 'wide' ? 2 : 1;
      return {
        config: { ...CONFIG, autosize: { type: 'pad' } },
        columns,
        spacing: 18,
        concat: panels.map((panel) => ({
          width: PAGE_WIDTH[page] / columns - 74,
          height: 170,
          encoding: {
            x: {
              field: 'value',
              type: 'quantitative',
              scale: { type: 'log', base: 2, domain: padded(panel.values), nice: false },
              axis: { title: panel.title, values: [...panel.values], format: '~g' },
            },
            y: {
              field: 'top1',
              type: 'quantitative',
              scale: { domain, nice: false, zero: false },
              axis: { title: titleOf(factOf('minivalTop1')), tickCount: 5 },
            },
          },
          layer: [
            {
              data: { values: [...panel.lines] },
              mark: { type: 'line', color: COLOURS.muted, opacity: 0.35, strokeWidth: 0.8 },
              encoding: { detail: { field: 'line', type: 'nominal' } },
            },
            {
              data: { values: [...panel.means] },
              layer: [
                { mark: { type: 'line', color: PALETTE[1], strokeWidth: 2 } },
                { mark: { type: 'point', filled: true, size: 40, color: PALETTE[1], opacity: 1 } },
                {
                  transform: [{ filter: 'isValid(datum.low)' }],
                  mark: { type: 'rule', color: PALETTE[1], strokeWidth: 1.5 },
                  encoding: { y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' } },
                },
              ],
            },
          ],
        })),
      };
    },
  };
}

function padded(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = (high / low) ** 0.06;
  return [low / margin, high * margin];
}

/** `undefined` for an axis of one value, or where no two cells differ in it alone. */
function panelAlong(cells: readonly CellResult[], axis: ScalingAxis, title: string): Panel | undefined {
  const lines = new Map<string, CellResult[]>();
  for (const cell of cells) {
    const key = `${AXES.map(({ name }) => (name === axis ? '' : cell[name])).join('|')}${canonicalJson(cell.axes)}`;
    const line = lines.get(key);
    if (line === undefined) lines.set(key, [cell]);
    else line.push(cell);
  }
  const several = [...lines.values()].filter((line) => line.length > 1);
  const values = [...new Set(several.flat().map((cell) => cell[axis]))].sort((a, b) => a - b);
  if (values.length < 2) return undefined;
  const complete = several.filter((line) => line.length === values.length);
  const every = Math.ceil(several.length / MOST_LINES);
  return {
    title,
    values,
    lines: several
      .filter((_, i) => i % every === 0)
      .flatMap((line, i) => line.map((cell) => ({ line: i, value: cell[axis], top1: percent(cell.minivalTop1) }))),
    means:
      complete.length === 0
        ? []
        : values.map((value) =>
            meanAt(
              complete.flat().filter((cell) => cell[axis] === value),
              value,
            ),
          ),
    balanced: complete.length,
  };
}

function meanAt(cells: readonly CellResult[], value: number): Panel['means'][number] {
  const mean = cells.reduce((sum, cell) => sum + cell.minivalTop1, 0) / cells.length;
  // Each cell has its own noise; variances of means add up, and so do the squares of half-widths, near enough.
  const halves = cells.flatMap(({ interval }) => (interval === null ? [] : [(interval[1] - interval[0]) / 2]));
  const half = halves.length < cells.length ? null : Math.hypot(...halves) / cells.length;
  return {
    value,
    top1: percent(mean),
    low: half === null ? null : percent(mean - half),
    high: half === null ? null : percent(mean + half),
  };
}
