/** The range of the design: the smallest box around the trained cells. Inside it an answer interpolates; outside it extrapolates. */
import type { MeasuredCell } from './cells.ts';
import { matchedCosts, strategies, type MatchedCost, type Strategy } from './finding.ts';

type Range = readonly [low: number, high: number];

export interface DesignRange {
  readonly axes: Readonly<Record<Strategy, Range>>;
  /** `null` where no cell has the cost. */
  readonly costs: Readonly<Record<MatchedCost, Range | null>>;
}

/** A point to be asked about; what is left out is not checked. */
export type RangeQuestion = Partial<Readonly<Record<Strategy | MatchedCost, number>>>;

export function designRangeOf(cells: readonly MeasuredCell[]): DesignRange | null {
  if (cells.length === 0) return null;
  const range = (values: readonly number[]): Range => [
    values.reduce((low, value) => Math.min(low, value), Infinity),
    values.reduce((high, value) => Math.max(high, value), -Infinity),
  ];
  const costRange = (axis: MatchedCost): Range | null => {
    const known = cells.flatMap((cell) => cell.costs[axis] ?? []);
    return known.length === 0 ? null : range(known);
  };
  return {
    axes: Object.fromEntries(
      strategies.map((axis) => [axis, range(cells.map((cell) => cell[axis]))]),
    ) as DesignRange['axes'],
    costs: Object.fromEntries(matchedCosts.map((axis) => [axis, costRange(axis)])) as DesignRange['costs'],
  };
}

/** Why a question lies outside the range, a sentence for each axis; none when it lies inside. */
export function outsideRange(trained: DesignRange, question: RangeQuestion): string[] {
  return Object.entries(question).flatMap(([name, value]) => {
    const range = { ...trained.axes, ...trained.costs }[name as Strategy | MatchedCost];
    if (range === null) return [`No trained cell has a ${name}.`];
    const [low, high] = range;
    if (value >= low && value <= high) return [];
    return [`${name} ${short(value)} lies outside the trained ${short(low)} to ${short(high)}.`];
  });
}

const short = (value: number): string =>
  Math.abs(value) >= 1e5 ? value.toPrecision(3) : String(Number(value.toPrecision(6)));
