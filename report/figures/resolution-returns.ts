/** What a doubling of FLOPs buys when the image grows and nothing else does. */
import type { TopLevelSpec } from 'vega-lite';
import { canonicalJson } from '../../contract/index.ts';
import type { CellResult } from '../../results/index.ts';
import { PAGE_WIDTH, type Figure } from './figure.ts';
import { linearDomain, percent } from './scales.ts';
import { colourAndShape, COLOURS, CONFIG } from './style.ts';

interface Step {
  readonly epochs: number;
  /** From one resolution to the next. */
  readonly step: string;
  readonly from: number;
  /** Points of top-1 per doubling of FLOPs. */
  readonly gain: number;
}

/** `undefined` when no two cells differ in resolution alone. */
export function resolutionReturns(cells: readonly CellResult[]): Figure | undefined {
  const steps = stepsOf(cells);
  if (steps.length === 0) return undefined;
  const order = [
    ...new Map(
      steps.toSorted((a, b) => a.from - b.from || a.step.localeCompare(b.step)).map((each) => [each.step, 0]),
    ).keys(),
  ];
  const schedules = [...new Set(steps.map((each) => each.epochs))].sort((a, b) => a - b);
  const means = schedules.flatMap((epochs) =>
    order.flatMap((step) => {
      const gains = steps.filter((each) => each.epochs === epochs && each.step === step).map((each) => each.gain);
      return gains.length === 0 ? [] : [{ epochs, step, gain: gains.reduce((a, b) => a + b, 0) / gains.length }];
    }),
  );
  const y = linearDomain([0, ...steps.map((each) => each.gain)]);
  return {
    name: 'resolution-returns',
    title: 'Returns of resolution',
    caption: `Gain in minival top-1 from one resolution to the next, width, depth and schedule held, divided by the doublings of FLOPs that it costs. Small marks: single networks; large marks: their mean. Where the mean falls towards 0, larger images stop paying.`,
    spec: (page): TopLevelSpec => ({
      config: CONFIG,
      width: PAGE_WIDTH[page],
      height: 300,
      encoding: {
        x: {
          field: 'step',
          type: 'nominal',
          scale: { domain: order },
          axis: { title: 'resolution, from and to (pixels)', labelAngle: 0 },
        },
        y: {
          field: 'gain',
          type: 'quantitative',
          scale: { domain: y, nice: false },
          axis: {
            title: page === 'wide' ? 'points of top-1 per doubling of FLOPs' : 'points per doubling of FLOPs',
            gridColor: { condition: { test: 'datum.value === 0', value: COLOURS.ink }, value: COLOURS.rule },
          },
        },
        ...colourAndShape('epochs', 'epochs', schedules),
        ...(schedules.length > 1
          ? { xOffset: { field: 'epochs', type: 'nominal' as const, scale: { domain: schedules } } }
          : {}),
      },
      layer: [
        {
          data: { values: steps.map((each) => ({ ...each })) },
          mark: { type: 'point', filled: true, size: 16, opacity: 0.45 },
        },
        {
          data: { values: means },
          mark: { type: 'point', filled: true, size: 110, opacity: 1, stroke: '#ffffff', strokeWidth: 0.8 },
        },
      ],
    }),
  };
}

function stepsOf(cells: readonly CellResult[]): Step[] {
  const lines = new Map<string, CellResult[]>();
  for (const cell of cells) {
    if (cell.flops === null || cell.flops <= 0) continue;
    const key = `${cell.width} ${cell.depth} ${cell.epochs} ${canonicalJson(cell.axes)}`;
    const line = lines.get(key);
    if (line === undefined) lines.set(key, [cell]);
    else line.push(cell);
  }
  return [...lines.values()].flatMap((line) => {
    const sorted = line.toSorted((a, b) => a.resolution - b.resolution);
    return sorted.slice(1).flatMap((cell, i) => {
      const below = sorted[i]!;
      const doublings = Math.log2((cell.flops ?? 1) / (below.flops ?? 1));
      if (doublings <= 0) return [];
      const gain = (percent(cell.minivalTop1) - percent(below.minivalTop1)) / doublings;
      return [{ epochs: cell.epochs, step: `${below.resolution}–${cell.resolution}`, from: below.resolution, gain }];
    });
  });
}
