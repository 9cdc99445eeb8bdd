/** What the user's trainer measures beside top-1, epoch by epoch. */
import type { TopLevelSpec } from 'vega-lite';
import type { EpochMetrics } from '../../contract/index.ts';
import { PAGE_WIDTH, type Figure } from './figure.ts';
import { linearDomain } from './scales.ts';
import { COLOURS, CONFIG } from './style.ts';

/** More panels than this are another report; the first by name are drawn. */
const MOST_PANELS = 8;
/** More lines than this are a grey sheet; every n-th is drawn. */
const MOST_LINES = 60;

interface Point {
  readonly trial: number;
  readonly epoch: number;
  readonly value: number;
}

/** `undefined` where no trial has such a number of two epochs. */
export function ownCurves(curves: ReadonlyMap<string, readonly EpochMetrics[]>): Figure | undefined {
  const trials = [...curves.values()];
  const names = [...new Set(trials.flat().flatMap(({ metrics = {} }) => Object.keys(metrics)))].sort();
  const panels = names
    .map((name) => ({ name, points: pointsOf(name, trials) }))
    .filter(({ points }) => points.length > 0)
    .slice(0, MOST_PANELS);
  if (panels.length === 0) return undefined;
  return {
    name: 'own-curves',
    title: "The trainer's own numbers, epoch by epoch",
    caption: `One line a trial${trials.length > MOST_LINES ? ', of a part of the trials' : ''}.`,
    spec: (page): TopLevelSpec => {
      const columns = page === 'wide' ? 2 : 1;
      return {
        config: { ...CONFIG, autosize: { type: 'pad' } },
        columns,
        spacing: 18,
        concat: panels.map(({ name, points }) => ({
          width: PAGE_WIDTH[page] / columns - 74,
          height: 170,
          data: { values: points },
          mark: { type: 'line', color: COLOURS.muted, opacity: 0.7, strokeWidth: 1 },
          encoding: {
            detail: { field: 'trial', type: 'nominal' },
            x: { field: 'epoch', type: 'quantitative', scale: { nice: false }, axis: { tickMinStep: 1, format: 'd' } },
            y: {
              field: 'value',
              type: 'quantitative',
              scale: { domain: linearDomain(points.map(({ value }) => value)), nice: false, zero: false },
              axis: { title: name, tickCount: 5 },
            },
          },
        })),
      };
    },
  };
}

function pointsOf(name: string, trials: readonly (readonly EpochMetrics[])[]): Point[] {
  const lines = trials
    .map((epochs, trial) =>
      epochs.flatMap(({ epoch, metrics }): Point[] => {
        const value = metrics?.[name];
        return value === undefined ? [] : [{ trial, epoch, value }];
      }),
    )
    .filter((line) => line.length > 1);
  const every = Math.ceil(lines.length / MOST_LINES);
  return lines.filter((_, i) => i % every === 0).flat();
}
