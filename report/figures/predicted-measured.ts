/** Predicted cost against measured: seconds, and memory. */
import type { TopLevelSpec } from 'vega-lite';
import { PAGE_WIDTH, type Figure } from './figure.ts';
import { logDomain, logTicks } from './scales.ts';
import { COLOURS, CONFIG, PALETTE } from './style.ts';

interface Prediction {
  readonly id: string;
  readonly predictedSeconds: number | null;
  readonly seconds: number | null;
  readonly predictedBytes: number | null;
  readonly peakBytes: number | null;
}

interface Pair {
  readonly predicted: number;
  readonly measured: number;
}

interface Panel {
  readonly what: string;
  readonly unit: string;
  /** A prediction counts as right within this share of what was measured. */
  readonly within: number;
  readonly pairs: readonly Pair[];
}

/** `undefined` when no trial has both. */
export function predictedMeasured(predictions: readonly Prediction[]): Figure | undefined {
  const panels = panelsOf(predictions);
  if (panels.length === 0) return undefined;
  return {
    name: 'predicted-measured',
    title: 'Predicted against measured cost',
    caption: `A point is a trial; on the line the prediction was right, in the band nearly. ${panels
      .map((panel) => `${panel.what}: ${countWithin(panel)} of ${panel.pairs.length} within ${panel.within * 100} %`)
      .join(
        '. ',
      )}.${panels.some(({ what }) => what === 'Memory') ? ' Memory is the peak of the whole worker process.' : ''}`,
    spec: (page): TopLevelSpec => {
      const columns = page === 'wide' ? 2 : 1;
      return {
        config: { ...CONFIG, autosize: { type: 'pad' } },
        columns,
        spacing: 18,
        concat: panels.map(({ what, unit, within, pairs }) => {
          const domain = logDomain(pairs.flatMap((pair) => [pair.predicted, pair.measured]));
          const ticks = logTicks(...domain);
          const axis = { format: '~s', values: ticks };
          const scale = { type: 'log' as const, domain, nice: false };
          return {
            width: PAGE_WIDTH[page] / columns - 74,
            height: 240,
            layer: [
              {
                data: { values: bandOf(domain, within) },
                encoding: { x: { field: 'value', type: 'quantitative' as const } },
                layer: [
                  {
                    mark: { type: 'area' as const, color: COLOURS.rule, opacity: 0.7 },
                    encoding: { y: { field: 'low', type: 'quantitative' as const }, y2: { field: 'high' } },
                  },
                  {
                    mark: { type: 'line' as const, color: COLOURS.muted, strokeWidth: 1 },
                    encoding: { y: { field: 'value', type: 'quantitative' as const } },
                  },
                ],
              },
              {
                data: { values: pairs.map((pair) => ({ ...pair })) },
                mark: { type: 'point' as const, filled: true, size: 30, opacity: 0.7, color: PALETTE[1] },
                encoding: {
                  x: {
                    field: 'predicted',
                    type: 'quantitative' as const,
                    scale,
                    axis: { ...axis, title: `predicted ${what.toLowerCase()} (${unit})` },
                  },
                  y: {
                    field: 'measured',
                    type: 'quantitative' as const,
                    scale,
                    axis: { ...axis, title: `measured (${unit})` },
                  },
                },
              },
            ],
          };
        }),
      };
    },
  };
}

function panelsOf(predictions: readonly Prediction[]): Panel[] {
  const pairs = (predicted: (p: Prediction) => number | null, measured: (p: Prediction) => number | null): Pair[] =>
    predictions.flatMap((each) => {
      const [expected, found] = [predicted(each) ?? 0, measured(each) ?? 0];
      return expected > 0 && found > 0 ? [{ predicted: expected, measured: found }] : [];
    });
  return [
    {
      what: 'Seconds',
      unit: 's',
      within: 0.25,
      pairs: pairs(
        (each) => each.predictedSeconds,
        (each) => each.seconds,
      ),
    },
    {
      what: 'Memory',
      unit: 'bytes',
      within: 0.2,
      pairs: pairs(
        (each) => each.predictedBytes,
        (each) => each.peakBytes,
      ),
    },
  ].filter((panel) => panel.pairs.length > 0);
}

/** The band within the frame: its corners, so that nothing has to be clipped. */
function bandOf(
  [low, high]: readonly [number, number],
  within: number,
): { value: number; low: number; high: number }[] {
  const [least, most] = [1 / (1 + within), 1 / (1 - within)];
  return [low, low / least, high / most, high].map((value) => ({
    value,
    low: Math.max(low, value * least),
    high: Math.min(high, value * most),
  }));
}

function countWithin({ pairs, within }: Panel): number {
  return pairs.filter(({ predicted, measured }) => Math.abs(predicted - measured) <= within * measured).length;
}
