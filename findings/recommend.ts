/**
 * What to scale next from a given cell, under a given budget: every strategy's arm from that cell, read at the highest
 * cost that all compared arms and the budget reach. In the paper's terms, with its evidence and its limits; refused where
 * the question lies outside the range of the design.
 */
import { formatAmount } from '../contract/index.ts';
import { makeArm, readArm, readCell, type Arm } from './arms.ts';
import type { Bootstrap } from './bootstrap.ts';
import { lineKey, linesAlong, type MeasuredCell } from './cells.ts';
import { combine, type Contrast } from './contrast.ts';
import { cellName, matchedCosts, strategies, type CellName, type MatchedCost, type Strategy } from './finding.ts';
import { holm } from './holm.ts';
import { designRangeOf, outsideRange } from './design-range.ts';
import type { JudgeOptions } from './judge.ts';
import type { Option, Recommendation, RecommendQuestion } from './recommendation.ts';
import { contrastThatMatters } from './smallest-effect.ts';
import { axisNames, signed, strategyNames } from './words.ts';

const say = (cell: CellName): string =>
  `width ${cell.width}, depth ${cell.depth}, ${cell.resolution} pixels, ${cell.epochs} epochs`;

function refuse(axis: MatchedCost, reasons: readonly string[]): Recommendation {
  const text = `No recommendation: ${reasons.join(' ')}`;
  return {
    scale: null,
    isSeparated: false,
    from: null,
    axis,
    cost: null,
    options: [],
    text,
    evidence: [],
    limits: reasons,
  };
}

interface StrategyArm {
  readonly strategy: Strategy;
  readonly arm: Arm;
}

/** Without its evidence, which `withEvidence` adds once there are findings. */
export function recommend(
  cells: readonly MeasuredCell[],
  bootstrap: Bootstrap,
  question: RecommendQuestion,
  options: JudgeOptions,
): Recommendation {
  const axis = matchedCosts.find((name) => question.budget?.[name] !== undefined) ?? matchedCosts[0];
  const trained = designRangeOf(cells);
  if (trained === null) return refuse(axis, ['No cell has been trained.']);
  const { from: asked } = question;
  const outside = asked === undefined ? [] : outsideRange(trained, cellName(asked));
  if (outside.length > 0) return refuse(axis, outside);
  const limit = question.budget?.[axis] ?? Infinity;
  const lines: Lines = {
    width: linesAlong(cells, 'width'),
    depth: linesAlong(cells, 'depth'),
    resolution: linesAlong(cells, 'resolution'),
    epochs: linesAlong(cells, 'epochs'),
  };
  const starts = (
    asked === undefined ? cells : cells.filter((cell) => strategies.every((name) => cell[name] === asked[name]))
  )
    .map((cell) => ({ cell, arms: armsFrom(cell, lines, axis, limit) }))
    .sort((a, b) => b.arms.length - a.arms.length || b.cell.top1 - a.cell.top1);
  if (starts.length === 0) return refuse(axis, [`The cell (${say(asked!)}) was not trained.`]);
  const start = starts[0]!;
  if (start.arms.length === 0) {
    const above = asked === undefined ? '' : ` than (${say(asked)})`;
    const within = limit === Infinity ? '' : ' within the budget';
    return refuse(axis, [`No cell bigger${above} along one axis alone was trained${within}.`]);
  }
  return compare(start.cell, start.arms, { cells, bootstrap, axis, limit }, options);
}

type Lines = Readonly<Record<Strategy, ReadonlyMap<string, MeasuredCell[]>>>;

/** The strategies with a bigger cell within the budget. Epochs cost nothing on the axes of a forward pass or a step. */
function armsFrom(cell: MeasuredCell, lines: Lines, axis: MatchedCost, limit: number): StrategyArm[] {
  return strategies.flatMap((strategy) => {
    if (strategy === 'epochs' && axis !== 'trainFlops') return [];
    if (strategy === 'resolution' && axis === 'params') return [];
    const line = lines[strategy].get(lineKey(cell, strategy))!;
    const within = line.slice(line.indexOf(cell)).filter((other) => (other.costs[axis] ?? Infinity) <= limit);
    const arm = makeArm(within, axis);
    return arm.cells[0] === cell && arm.cells.length > 1 ? [{ strategy, arm }] : [];
  });
}

interface Setting {
  readonly cells: readonly MeasuredCell[];
  readonly bootstrap: Bootstrap;
  readonly axis: MatchedCost;
  readonly limit: number;
}

function compare(
  start: MeasuredCell,
  arms: readonly StrategyArm[],
  setting: Setting,
  options: JudgeOptions,
): Recommendation {
  const { bootstrap, axis } = setting;
  const cost = Math.min(...arms.map(({ arm }) => arm.costs.at(-1)!));
  const own = { reading: readCell(start), weight: -1 };
  const read = arms
    .map(({ strategy, arm }) => ({ strategy, arm, reading: readArm(arm, cost)! }))
    .sort((a, b) => b.reading.top1 - a.reading.top1);
  const [best, ...others] = read;
  const gains = read.map(({ reading }) => combine([{ reading, weight: 1 }, own], 1));
  const leads: Contrast[] = others.map(({ reading }) =>
    combine(
      [
        { reading: best!.reading, weight: 1 },
        { reading, weight: -1 },
      ],
      1,
    ),
  );
  const uncertainties = [...gains, ...leads].map(bootstrap);
  const corrected = holm(uncertainties.slice(gains.length).map((one) => one?.p ?? null));
  const level = others.filter(
    (_, i) =>
      (corrected[i] ?? 1) >= 0.05 ||
      leads[i]!.effect! < contrastThatMatters(options.smallestEffect, leads[i]!, setting.cells),
  );
  const listed = read.map(({ strategy, arm }, i): Option => ({
    strategy,
    gain: gains[i]!.effect!,
    interval: uncertainties[i]?.interval ?? null,
    reaches: cellName(arm.cells.at(-1)!),
  }));
  return {
    scale: best!.strategy,
    isSeparated: others.length > 0 && level.length === 0,
    from: cellName(start),
    axis,
    cost,
    options: listed,
    text: inWords(
      start,
      cost,
      axis,
      listed,
      level.map(({ strategy }) => strategy),
    ),
    evidence: [],
    limits: limitsOf(start, arms, setting),
  };
}

function inWords(
  start: MeasuredCell,
  cost: number,
  axis: MatchedCost,
  listed: readonly Option[],
  level: readonly Strategy[],
): string {
  const at = axis === 'stepMs' ? `a step time of ${formatAmount(cost)} ms` : `${formatAmount(cost)} ${axisNames[axis]}`;
  const gain = ({ strategy, gain, interval }: Option): string =>
    `${strategyNames[strategy]} ${signed(gain)}${interval === null ? '' : ` [${interval.map(signed).join(', ')}]`}`;
  const first = strategyNames[listed[0]!.strategy];
  const next =
    listed.length === 1
      ? `only ${first} was trained beyond it, so nothing is compared`
      : level.length === 0
        ? `scale ${first} next`
        : `scale ${[first, ...level.map((name) => strategyNames[name])].join(' or ')} next; the data cannot tell which`;
  return `From ${say(start)}: ${next}. Points of top-1 gained at ${at}: ${listed.map(gain).join(', ')}.`;
}

function limitsOf(start: MeasuredCell, arms: readonly StrategyArm[], { cells, axis, limit }: Setting): string[] {
  const limits = ['One recipe, one dataset, one family of networks: those of the trained cells.'];
  const reached = designRangeOf(cells)!.costs[axis]![1];
  if (Number.isFinite(limit) && limit > reached) {
    limits.push(
      `The budget goes beyond the trained cells: ${axisNames[axis]} above ${formatAmount(reached)} is not answered for.`,
    );
  }
  const strategiesTried = new Set(arms.map(({ strategy }) => strategy));
  for (const strategy of ['width', 'depth', 'resolution'] as const) {
    if (!strategiesTried.has(strategy))
      limits.push(`No bigger ${strategyNames[strategy]} was trained from there within the budget.`);
  }
  const schedules = new Set(cells.map((cell) => cell.epochs));
  if (schedules.size > 1 && start.epochs < Math.max(...schedules)) {
    limits.push(`It holds at ${start.epochs} epochs; the winner can change with longer training.`);
  }
  if (cells.some((cell) => cell.epochs > start.epochs && cell.width === start.width && cell.depth === start.depth)) {
    return limits;
  }
  limits.push(`Nothing was trained for longer than ${start.epochs} epochs from there.`);
  return limits;
}
