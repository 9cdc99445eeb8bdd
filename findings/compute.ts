/** All findings from rows: measures the cells, asks every question that they can answer, judges, recommends. */
import type { ResultRow } from '../results/index.ts';
import { baseContrasts, stability } from './bases.ts';
import { makeBootstrap, type Bootstrap, type Uncertainty } from './bootstrap.ts';
import { measureCells, type MeasuredCell } from './cells.ts';
import { depthAgainstWidth } from './depth-width.ts';
import { depthWidthSums, type DepthWidthSums } from './depth-width-sums.ts';
import { scopeText, type Draft } from './draft.ts';
import { withEvidence } from './evidence.ts';
import type { MatchedCost, Finding } from './finding.ts';
import { flipQuestions, locateFlip, type FlipQuestion } from './flips.ts';
import { designRangeOf } from './design-range.ts';
import { judge, type JudgedDraft, type JudgeOptions } from './judge.ts';
import { longerAgainstBigger } from './longer.ts';
import { estimateNoise } from './noise.ts';
import { overFitting } from './over-fitting.ts';
import { costAsPredictor } from './power-law.ts';
import { rankAgreement } from './ranks.ts';
import { recommend } from './recommend.ts';
import { regimesOf, type Curves } from './regime.ts';
import type { FindingsOptions, FindingsReport } from './report.ts';
import { makeResampling } from './resample.ts';
import { slowResolution } from './resolution.ts';
import { stepTimeDoubt } from './step-time.ts';
import { axisNames } from './words.ts';

const NO_CURVES: Curves = new Map();

/** Pure: no clock, no file, no store. Rows in any order give the same report. */
export function computeFindings(rows: readonly ResultRow[], options: FindingsOptions = {}): FindingsReport {
  const { cells, limits } = measureCells(rows);
  const judging: JudgeOptions = { smallestEffect: options.smallestEffect ?? 0.1 };
  const seed = options.seed ?? 1;
  const replicates = options.replicates ?? 2000;
  const noise = estimateNoise(cells, options.minivalImages);
  const bootstrap = makeBootstrap(cells, noise, { seed, replicates });
  const regimes = regimesOf(cells, rows, options.curves ?? NO_CURVES);
  const resampling = makeResampling({ seed, replicates: Math.min(replicates, resamplesFor(cells.length)) });
  const doubt = stepTimeDoubt(cells);
  const axes: readonly MatchedCost[] = doubt === undefined ? costAxesOf(cells) : ['flops'];
  const sums = new Map<MatchedCost, DepthWidthSums[]>();
  const sumsOf = (axis: MatchedCost): DepthWidthSums[] => {
    const made = sums.get(axis) ?? depthWidthSums(cells, axis);
    sums.set(axis, made);
    return made;
  };
  const perAxis = (ask: (axis: MatchedCost) => Draft[]) => () => axes.flatMap(ask);
  const asked: readonly (readonly [slugs: readonly string[], ask: () => Draft[]])[] = [
    [DEPTH_WIDTH, perAxis((axis) => depthAgainstWidth(sumsOf(axis), axis))],
    [RESOLUTION, perAxis((axis) => slowResolution(cells, axis))],
    [LONGER, () => longerAgainstBigger(cells)],
    [PREDICTOR, perAxis((axis) => costAsPredictor(cells, axis, noise, { ...resampling, ...judging }))],
    [['over-fitting'], () => overFitting(regimes)],
    [RANKS, () => rankAgreement(cells, noise, resampling)],
    [['recommendation-stable'], perAxis((axis) => stableOver(sumsOf(axis), axis, bootstrap))],
  ];
  const isWanted = (slug: string): boolean => options.questions?.includes(slug) ?? true;
  // Whole groups are skipped unasked; a slug's correction never depends on the others.
  const drafts = asked.flatMap(([slugs, ask]) => (slugs.some(isWanted) ? ask() : []));
  const judged = judge(drafts, cells, noise, bootstrap, judging);
  const questions = flipQuestions(judged.filter(hasContrast));
  const flips = questions.map((question) => flipFinding(question, bootstrap(question.change)));
  const findings = [...flips, ...judged.map(({ finding }) => finding)].filter(({ slug }) => isWanted(slug));
  return {
    findings,
    recommendation: withEvidence(recommend(cells, bootstrap, options, judging), findings),
    regimes,
    hull: designRangeOf(cells),
    limits: [...limits, ...(doubt === undefined ? [] : [doubt]), ...noise.limits],
  };
}

const DEPTH_WIDTH = ['depth-over-width', 'depth-lead-grows-with-resolution', 'winner-flips'];
const RESOLUTION = [
  'depth-gain',
  'width-gain',
  'resolution-gain',
  'resolution-returns-diminish',
  'depth-over-resolution',
  'width-over-resolution',
];
const LONGER = ['longer-over-depth', 'longer-over-width', 'longer-over-resolution'];
const PREDICTOR = ['power-law', 'power-law-breaks', 'spread-at-matched-cost'];
const RANKS = ['short-predicts-long', 'small-predicts-large'];

/** Slugs of all questions. */
export const questionSlugs: readonly string[] = [
  ...DEPTH_WIDTH,
  ...RESOLUTION,
  ...LONGER,
  ...PREDICTOR,
  'over-fitting',
  ...RANKS,
  'recommendation-stable',
];

/** Of a bootstrap that draws every cell in turn: ten thousand cells are resampled less often, and need it less. */
function resamplesFor(cells: number): number {
  return Math.round(Math.max(400, Math.min(1000, 1e6 / cells)));
}

/** FLOPs always, so that an answer says what is missing; step time where two cells or more have one. */
function costAxesOf(cells: readonly MeasuredCell[]): MatchedCost[] {
  const timed = cells.filter((cell) => cell.costs.stepMs !== null).length;
  return timed > 1 ? ['flops', 'stepMs'] : ['flops'];
}

function stableOver(sums: readonly DepthWidthSums[], axis: MatchedCost, bootstrap: Bootstrap): Draft[] {
  return stability(baseContrasts(sums, axis).map((base) => ({ ...base, uncertainty: bootstrap(base.contrast) })));
}

const hasContrast = (one: JudgedDraft): one is JudgedDraft & { contrast: NonNullable<JudgedDraft['contrast']> } =>
  one.contrast !== null;

/** The change of the contrast from the first schedule to the last, and where between them the winner changes. */
function flipFinding(question: FlipQuestion, uncertainty: Uncertainty | null): Finding {
  const { verdict, scope, note, correctedP } = locateFlip(question);
  const { axis } = question.schedules[0]!.finding;
  return {
    id: `winner-flips/${axis}/${scopeText(scope)}`,
    slug: 'winner-flips',
    question: `Does the winner of depth against width change with longer training, at matched ${axisNames[axis]}?`,
    axis,
    scope,
    effect: question.change.effect,
    unit: "points of top-1, depth's lead at the last schedule less at the first",
    interval: uncertainty?.interval ?? null,
    pairs: question.change.pairs,
    verdict,
    correctedP,
    wouldSeparate: verdict === 'not-separable' ? nearestToSeparated(question) : null,
    note,
  };
}

/** What the cheapest schedule to separate asks for. */
function nearestToSeparated({ schedules }: FlipQuestion): Finding['wouldSeparate'] {
  const asked = schedules.flatMap(({ finding }) => (finding.wouldSeparate === null ? [] : [finding.wouldSeparate]));
  return (
    asked.toSorted((a, b) => (a.trainFlops ?? Infinity) - (b.trainFlops ?? Infinity)).find((one) => one.trials > 0) ??
    asked[0] ??
    null
  );
}
