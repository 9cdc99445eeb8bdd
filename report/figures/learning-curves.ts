/** Minival top-1 after each epoch, a line per trial. */
import type { TopLevelSpec } from 'vega-lite';
import { type EpochMetrics } from '../../contract/index.ts';
import type { ResultRow } from '../../results/index.ts';
import { PAGE_WIDTH, type Figure } from './figure.ts';
import { linearDomain, percent } from './scales.ts';
import { CONFIG, PALETTE } from './style.ts';

/** Lines beyond this are a surface: the rest are left out, evenly along accuracy, so that the best and the worst stay. */
const MOST_LINES = 60;
/** A trial of one epoch has no curve. */
const LEAST_EPOCHS = 2;

interface Line {
  readonly trial: string;
  readonly flops: number | null;
  readonly last: number;
  readonly points: readonly { readonly epoch: number; readonly top1: number }[];
}

/** `undefined` where no trial has two epochs with a minival accuracy. */
export function learningCurves(
  rows: readonly ResultRow[],
  curves: ReadonlyMap<string, readonly EpochMetrics[]>,
): Figure | undefined {
  const lines = rows.flatMap((row) => lineOf(row, curves.get(row.id) ?? [])).sort((a, b) => a.last - b.last);
  if (lines.length === 0) return undefined;
  const drawn = evenly(lines, MOST_LINES);
  const flops = drawn.flatMap((line) => (line.flops === null || line.flops <= 0 ? [] : [line.flops]));
  const hasCosts = flops.length === drawn.length && new Set(flops).size > 1;
  const values = drawn.flatMap(({ trial, flops: cost, points }) =>
    points.map(({ epoch, top1 }) => ({ trial, flops: cost, epoch, top1 })),
  );
  const left = lines.length - drawn.length;
  return {
    name: 'learning-curves',
    title: 'Learning curves',
    caption: `Minival top-1 after each epoch, one line a trial${hasCosts ? ', darker for more FLOPs' : ''}. A line that falls at the end over-fits; one that rises to its end would gain from longer training (with a learning rate that falls to 0, most do rise at the end).${left > 0 ? ` ${drawn.length} of ${lines.length} trials are drawn, evenly along accuracy.` : ''}`,
    spec: (page): TopLevelSpec => ({
      config: CONFIG,
      width: PAGE_WIDTH[page],
      height: 300,
      data: { values },
      mark: { type: 'line', strokeWidth: 1.2, opacity: 0.8 },
      encoding: {
        x: { field: 'epoch', type: 'quantitative', axis: { title: 'epochs', tickMinStep: 1, format: 'd' } },
        y: {
          field: 'top1',
          type: 'quantitative',
          scale: { domain: linearDomain(values.map(({ top1 }) => top1)), nice: false, zero: false },
          axis: { title: 'minival top-1 (%)' },
        },
        detail: { field: 'trial', type: 'nominal' },
        color: hasCosts
          ? {
              field: 'flops',
              type: 'quantitative',
              scale: { type: 'log', range: ['#b7dcf2', '#003a5d'] },
              legend: {
                title: 'FLOPs',
                format: '.2~s',
                values: [Math.min(...flops), Math.max(...flops)],
                gradientLength: 180,
              },
            }
          : { value: PALETTE[1] },
      },
    }),
  };
}

function lineOf({ id, flops }: ResultRow, curve: readonly EpochMetrics[]): Line[] {
  const points = curve.flatMap(({ epoch, minivalTop1 }) =>
    minivalTop1 === null ? [] : [{ epoch, top1: percent(minivalTop1) }],
  );
  return points.length < LEAST_EPOCHS ? [] : [{ trial: id, flops, last: points.at(-1)!.top1, points }];
}

function evenly(lines: readonly Line[], most: number): readonly Line[] {
  if (lines.length <= most) return lines;
  return Array.from({ length: most }, (_, i) => lines[Math.round((i * (lines.length - 1)) / (most - 1))]!);
}
