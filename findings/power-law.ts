/** FLOPs as a predictor: the power law of error, where it breaks, and what cells of equal cost differ by. */
import { quantileSorted } from 'simple-statistics';
import { formatAmount } from '../contract/index.ts';
import { errorOf } from './arms.ts';
import type { MeasuredCell } from './cells.ts';
import { verdictAgainst, type MeasuredDraft } from './draft.ts';
import { makeDraws } from './draws.ts';
import type { MatchedCost, Scope } from './finding.ts';
import { groupBy } from './group-by.ts';
import { fitKink, fitLine, type KinkFit, type LineFit } from './line-fit.ts';
import type { NoiseModel } from './noise.ts';
import { eachOnce, percentileInterval, resampleCells, type Resampling, type Times } from './resample.ts';
import { spreadAtMatchedCost, type Law, type PredictorOptions } from './spread.ts';
import { axisNames } from './words.ts';

/** A line through fewer costs is drawn by them rather than fitted. */
const LEAST_CELLS = 5;
/** A kink leaves cells on both sides: as many as a line needs, twice. */
const LEAST_CELLS_FOR_BREAK = 12;

/** Per schedule, and per setting where cells differ in more than width, depth, resolution and epochs. */
export function costAsPredictor(
  cells: readonly MeasuredCell[],
  axis: MatchedCost,
  noise: NoiseModel,
  options: PredictorOptions,
): MeasuredDraft[] {
  const settings = groupBy(cells, (cell) => cell.setting);
  return [...settings].flatMap(([setting, members]) => {
    const schedules = [...groupBy(members, (cell) => cell.epochs)].sort(([a], [b]) => a - b);
    return schedules.flatMap(([epochs, schedule]) => {
      const scope: Scope = settings.size > 1 ? { epochs, setting } : { epochs };
      const known = schedule.filter((cell) => cell.costs[axis] !== null);
      return predictor(
        known.sort((a, b) => a.costs[axis]! - b.costs[axis]!),
        axis,
        scope,
        noise,
        options,
      );
    });
  });
}

/** `cells` in order of cost. */
function predictor(
  cells: readonly MeasuredCell[],
  axis: MatchedCost,
  scope: Scope,
  noise: NoiseModel,
  options: PredictorOptions,
): MeasuredDraft[] {
  const points = {
    x: cells.map((cell) => Math.log(cell.costs[axis]!)),
    y: cells.map((cell) => Math.log(errorOf(cell))),
  };
  if (new Set(points.x).size < LEAST_CELLS) return [];
  const line = fitLine(points, even(points));
  const broken = cells.length < LEAST_CELLS_FOR_BREAK ? undefined : breakOf(points, line, axis, scope, options);
  // An unproven break is no place to cut the cells in two.
  const kink = broken !== undefined && (broken.draft.p ?? 1) < 0.05 ? broken.kink : undefined;
  const law: Law = {
    axis,
    logError: (x) =>
      kink === undefined ? line.slope * x : kink.slopeBefore * x + kink.change * Math.max(0, x - kink.kink),
    breakAt: kink === undefined ? undefined : Math.exp(kink.kink),
  };
  return [
    powerLaw(points, line, axis, scope, options),
    ...(broken === undefined ? [] : [broken.draft]),
    ...spreadAtMatchedCost(cells, law, scope, noise, options),
  ];
}

/** Log cost, in order, and log error. */
interface LogLog {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

const even = (points: LogLog): Times => eachOnce(points.x.length);

function powerLaw(points: LogLog, fit: LineFit, axis: MatchedCost, scope: Scope, options: Resampling): MeasuredDraft {
  const values = resampleCells(points.x.length, (times) => -fitLine(points, times).slope, options);
  const interval = percentileInterval(values);
  const explained =
    1 -
    fit.squares / Math.max(fitLine({ x: points.x.map(() => 0), y: points.y }, even(points)).squares, Number.MIN_VALUE);
  return {
    kind: 'measured',
    slug: 'power-law',
    question: `Does error fall as a power of ${axisNames[axis]}?`,
    axis,
    scope,
    unit: `exponent of error over ${axisNames[axis]}`,
    effect: -fit.slope,
    interval,
    pairs: points.x.length,
    p: null,
    verdict: verdictAgainst(interval, 0),
    note: `A single power law explains ${(100 * Math.max(0, explained)).toFixed(0)} % of the variance of log error.`,
  };
}

/** 21 places for the kink, evenly over the costs, a sixth of the cells left on either side. */
function kinkCandidates(sorted: readonly number[]): number[] {
  const [low, high] = [quantileSorted([...sorted], 1 / 6), quantileSorted([...sorted], 5 / 6)];
  return Array.from({ length: 21 }, (_, i) => low + ((high - low) * i) / 20);
}

/**
 * The kink is searched for, so its gain is compared with the gain that the same search finds in data without one:
 * residuals of the single law, resampled around it.
 */
function breakOf(
  points: LogLog,
  line: LineFit,
  axis: MatchedCost,
  scope: Scope,
  options: Resampling,
): { draft: MeasuredDraft; kink: KinkFit | undefined } {
  const candidates = kinkCandidates(points.x);
  const kink = fitKink(points, even(points), candidates);
  if (kink === undefined) return { draft: breakDraft(axis, scope, points.x.length), kink };
  const kinks = resampleCells(points.x.length, (times) => fitKink(points, times, candidates), options);
  const places = percentileInterval(kinks.map((fit) => fit.kink)) ?? [-Infinity, Infinity];
  const [at, low, high] = [kink.kink, ...places].map((x) => formatAmount(Number(Math.exp(x).toPrecision(2))));
  const draft = breakDraft(axis, scope, points.x.length, {
    effect: kink.change,
    interval: percentileInterval(kinks.map((fit) => fit.change)),
    p: breakPValue(points, line, kink, candidates, options),
    note: `Exponent ${(-kink.slopeBefore).toFixed(3)} below ${at}, ${(-kink.slopeBefore - kink.change).toFixed(3)} above; the break lies between ${low} and ${high} (95 %).`,
  });
  return { draft, kink };
}

function breakDraft(
  axis: MatchedCost,
  scope: Scope,
  pairs: number,
  found: { effect: number | null; interval: readonly [number, number] | null; p: number | null; note?: string } = {
    effect: null,
    interval: null,
    p: null,
  },
): MeasuredDraft {
  return {
    kind: 'measured',
    slug: 'power-law-breaks',
    question: `Does error fall more slowly with ${axisNames[axis]} above some point?`,
    axis,
    scope,
    unit: 'decrease of the exponent beyond the break',
    pairs,
    verdict: null,
    ...found,
  };
}

function breakPValue(
  points: LogLog,
  line: LineFit,
  kink: KinkFit,
  candidates: readonly number[],
  options: Resampling,
): number {
  const gain = (squares: number, kinked: number): number => (squares - kinked) / Math.max(kinked, Number.MIN_VALUE);
  const observed = gain(line.squares, kink.squares);
  const fitted = points.x.map((x) => line.intercept + line.slope * x);
  const residuals = points.y.map((y, i) => y - fitted[i]!);
  const draws = makeDraws(options.seed + 1);
  let asLarge = 0;
  const weights = even(points);
  const y = new Float64Array(fitted.length);
  for (let b = 0; b < options.replicates; b++) {
    for (let i = 0; i < y.length; i++) y[i] = fitted[i]! + residuals[draws.below(residuals.length)]!;
    const without = fitLine({ x: points.x, y }, weights).squares;
    if (gain(without, fitKink({ x: points.x, y }, weights, candidates)!.squares) >= observed) asLarge++;
  }
  return (asLarge + 1) / (options.replicates + 1);
}
