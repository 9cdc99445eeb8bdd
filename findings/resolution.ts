/** Slow resolution: what a doubling of cost gains along the resolution, against along depth and width. */
import { groupBy } from './group-by.ts';
import { readCell } from './arms.ts';
import { linesAlong, type MeasuredCell } from './cells.ts';
import { combine, subtract, type Contrast } from './contrast.ts';
import type { ContrastDraft } from './draft.ts';
import type { MatchedCost, Strategy } from './finding.ts';
import { matchedPairs, sumBy } from './matched.ts';
import { axisNames, strategyNames } from './words.ts';

/** A step to the next value of an axis. */
interface Step {
  readonly from: MeasuredCell;
  readonly to: MeasuredCell;
  /** log2 of the cost ratio, positive. */
  readonly doublings: number;
}

/** Steps between values that are neighbours in the grid: a hole in the line is not bridged. */
function stepsAlong(cells: readonly MeasuredCell[], strategy: Strategy, axis: MatchedCost): Step[] {
  const values = [...new Set(cells.map((cell) => cell[strategy]))].sort((a, b) => a - b);
  const next = new Map(values.slice(0, -1).map((value, i) => [value, values[i + 1]!]));
  return [...linesAlong(cells, strategy).values()].flatMap((line) =>
    line.slice(0, -1).flatMap((from, i) => {
      const to = line[i + 1]!;
      const [a, b] = [from.costs[axis], to.costs[axis]];
      if (next.get(from[strategy]) !== to[strategy] || a === null || b === null || b <= a * (1 + 1e-9)) return [];
      return [{ from, to, doublings: Math.log2(b / a) }];
    }),
  );
}

/** Sum of gains over sum of doublings, points per doubling. */
function gainPerDoubling(steps: readonly Step[]): Contrast {
  const doublings = steps.reduce((sum, step) => sum + step.doublings, 0);
  return combine(
    steps.flatMap(({ from, to }) => [
      { reading: readCell(to), weight: 1 / doublings },
      { reading: readCell(from), weight: -1 / doublings },
    ]),
    steps.length,
  );
}

/** Gain per doubling along one strategy, per schedule; along the resolution per step of it as well. */
function gains(cells: readonly MeasuredCell[], epochs: number, axis: MatchedCost): ContrastDraft[] {
  const unit = `points of top-1 per doubling of ${axisNames[axis]}`;
  return (['depth', 'width', 'resolution'] as const).flatMap((strategy) => {
    const steps = stepsAlong(cells, strategy, axis);
    const head = {
      kind: 'contrast',
      slug: `${strategy}-gain`,
      question: `Does scaling ${strategyNames[strategy]} raise accuracy?`,
      axis,
      unit,
    } as const;
    const drafts: ContrastDraft[] = [];
    if (steps.length > 0) drafts.push({ ...head, scope: { epochs }, contrast: gainPerDoubling(steps) });
    if (strategy !== 'resolution') return drafts;
    for (const [, some] of groupBy(steps, ({ from, to }) => `${from.resolution}-${to.resolution}`)) {
      const scope = { epochs, resolution: [some[0]!.from.resolution, some[0]!.to.resolution] as const };
      drafts.push({ ...head, scope, contrast: gainPerDoubling(some) });
    }
    return drafts;
  });
}

/** Gain per doubling before a resolution less gain after it, both over the cells that have both neighbours. */
function diminishing(cells: readonly MeasuredCell[], epochs: number, axis: MatchedCost): ContrastDraft[] {
  const steps = stepsAlong(cells, 'resolution', axis);
  const into = new Map(steps.map((step) => [step.to, step]));
  const turns = steps.flatMap((after) => {
    const before = into.get(after.from);
    return before === undefined ? [] : [{ before, after }];
  });
  return [...groupBy(turns, ({ after }) => after.from.resolution)].map(([beyond, some]) => ({
    kind: 'contrast',
    slug: 'resolution-returns-diminish',
    question: `Does a doubling of ${axisNames[axis]} by resolution gain less beyond ${beyond} pixels than before?`,
    axis,
    unit: `points of top-1 per doubling of ${axisNames[axis]}`,
    scope: { epochs, beyond },
    contrast: {
      ...subtract(gainPerDoubling(some.map(({ before }) => before)), gainPerDoubling(some.map(({ after }) => after))),
      pairs: some.length,
    },
  }));
}

/** Depth or width against resolution, from the same base, per resolution that they start from. */
function againstResolution(cells: readonly MeasuredCell[], epochs: number, axis: MatchedCost): ContrastDraft[] {
  return (['depth', 'width'] as const).flatMap((strategy) => {
    const sums = sumBy(matchedPairs(cells, strategy, 'resolution', axis), ({ base }) => base.resolution);
    return [...sums]
      .sort(([a], [b]) => a - b)
      .map(([fromResolution, sum]) => ({
        kind: 'contrast' as const,
        slug: `${strategy}-over-resolution`,
        question: `At matched ${axisNames[axis]}, is scaling ${strategy} ahead of scaling the resolution?`,
        axis,
        unit: `points of top-1 per doubling of ${axisNames[axis]}`,
        scope: { epochs, fromResolution },
        contrast: sum.perDoubling(),
      }));
  });
}

export function slowResolution(cells: readonly MeasuredCell[], axis: MatchedCost): ContrastDraft[] {
  const schedules = [...groupBy(cells, (cell) => cell.epochs)].sort(([a], [b]) => a - b);
  return schedules.flatMap(([epochs, schedule]) => [
    ...gains(schedule, epochs, axis),
    ...diminishing(schedule, epochs, axis),
    ...againstResolution(schedule, epochs, axis),
  ]);
}
