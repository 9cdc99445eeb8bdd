/** What the user's trainer measures beside top-1, by the names that it gives, against FLOPs. */
import type { TopLevelSpec } from 'vega-lite';
import { factOf, titleOf } from '../../contract/index.ts';
import type { ResultRow } from '../../results/index.ts';
import { PAGE_WIDTH, type Figure } from './figure.ts';
import { linearDomain, logDomain, logTicks } from './scales.ts';
import { CONFIG, PALETTE } from './style.ts';

/** More panels than this are another report; the first by name are drawn. */
const MOST_PANELS = 8;

interface Panel {
  readonly name: string;
  readonly points: readonly { flops: number; value: number }[];
}

/** `undefined` where no trial has such a number. */
export function ownMetrics(rows: readonly ResultRow[]): Figure | undefined {
  const names = [...new Set(rows.flatMap(({ metrics = {} }) => Object.keys(metrics)))].sort();
  const panels = names.map((name) => panelOf(name, rows)).filter(({ points }) => points.length > 0);
  const drawn = panels.slice(0, MOST_PANELS);
  if (drawn.length === 0) return undefined;
  const more = panels.length - drawn.length;
  return {
    name: 'own-metrics',
    title: "The trainer's own numbers",
    caption: `One mark a trial: the number after the last epoch, under the trainer's own name.${more === 0 ? '' : ` ${more} more are in the export.`}`,
    spec: (page): TopLevelSpec => {
      const columns = page === 'wide' ? 2 : 1;
      return {
        config: { ...CONFIG, autosize: { type: 'pad' } },
        columns,
        spacing: 18,
        concat: drawn.map(({ name, points }) => {
          const x = logDomain(points.map(({ flops }) => flops));
          return {
            width: PAGE_WIDTH[page] / columns - 74,
            height: 170,
            data: { values: [...points] },
            mark: { type: 'point', filled: true, size: 30, opacity: 0.7, color: PALETTE[1] },
            encoding: {
              x: {
                field: 'flops',
                type: 'quantitative',
                scale: { type: 'log', domain: x, nice: false },
                axis: { title: titleOf(factOf('flops')), format: '~s', values: logTicks(...x) },
              },
              y: {
                field: 'value',
                type: 'quantitative',
                scale: { domain: linearDomain(points.map(({ value }) => value)), nice: false, zero: false },
                axis: { title: name, tickCount: 5 },
              },
            },
          };
        }),
      };
    },
  };
}

function panelOf(name: string, rows: readonly ResultRow[]): Panel {
  const points = rows.flatMap(({ flops, metrics }) => {
    const value = metrics?.[name];
    return value === undefined || flops === null || flops <= 0 ? [] : [{ flops, value }];
  });
  return { name, points };
}
