import { EXIT, ScalesweepError } from '../../contract/index.ts';
import {
  computeFindings,
  meaningOf,
  questionSlugs,
  type CellName,
  type MatchedCost,
  type RecommendQuestion,
  type Finding,
  type FindingsReport,
} from '../../findings/index.ts';
import { epochCurves, minivalImages, resultRows, type SqliteStore } from '../../results/index.ts';
import { printJson, type Io } from '../cli/io.ts';
import { scopeOf, type ScopedOptions } from '../cli/scope-options.ts';
import { formatTable, type Column } from '../cli/table.ts';
import { warnOfAnswer } from '../launch/report/warn-of-answer.ts';
import { hasNothingToSay } from '../launch/no-results.ts';
import { readStore } from '../launch/store-access.ts';
import { separate } from './separate.ts';

export interface FindingsCommandOptions extends ScopedOptions {
  readonly seed: number;
  readonly smallestEffect: number;
  readonly question?: readonly string[];
  readonly from?: CellName;
  readonly maxFlops?: number;
  readonly maxTrainFlops?: number;
  readonly maxParams?: number;
  readonly maxStepMs?: number;
  /** Id of a finding. */
  readonly separate?: string;
  readonly out?: string;
}

/** `scalesweep findings`: every claim that the results can say something about, and what to do next. */
export async function findings(options: FindingsCommandOptions, io: Io): Promise<number> {
  return readStore(options.db, (store) => {
    if (hasNothingToSay(store, options, io)) return EXIT.done;
    const report = ask(store, options);
    warnOfAnswer(store, scopeOf(options), io);
    if (options.separate !== undefined) separate(store, report.findings, { ...options, id: options.separate }, io);
    else if (options.json === true) printJson(io, report);
    else print(report, io);
    return EXIT.done;
  });
}

function ask(store: SqliteStore, options: FindingsCommandOptions): FindingsReport {
  const unknown = options.question?.find((slug) => !questionSlugs.includes(slug));
  if (unknown !== undefined) {
    throw new ScalesweepError('USAGE', `Expected the name of a question, got '${unknown}'`, {
      hint: `They are ${questionSlugs.join(', ')}.`,
    });
  }
  const budget = budgetOf(options);
  const images = minivalImages(store, scopeOf(options));
  return computeFindings(resultRows(store, scopeOf(options)), {
    seed: options.seed,
    smallestEffect: options.smallestEffect,
    ...(images === null ? {} : { minivalImages: images }),
    curves: epochCurves(store, scopeOf(options)),
    ...(options.question === undefined ? {} : { questions: options.question }),
    ...(options.from === undefined ? {} : { from: options.from }),
    ...(budget === undefined ? {} : { budget }),
  });
}

/** @throws {ScalesweepError} `USAGE` for two budgets: options are compared at one cost. */
function budgetOf(options: FindingsCommandOptions): RecommendQuestion['budget'] {
  const caps: Record<MatchedCost, number | undefined> = {
    flops: options.maxFlops,
    trainFlops: options.maxTrainFlops,
    stepMs: options.maxStepMs,
    params: options.maxParams,
  };
  const given = Object.entries(caps).filter((cap): cap is [MatchedCost, number] => cap[1] !== undefined);
  if (given.length > 1) {
    throw new ScalesweepError('USAGE', `Expected one budget, got ${given.map(([axis]) => axis).join(' and ')}`, {
      hint: 'What to scale next is compared at one cost; `best` takes several budgets at once.',
    });
  }
  const [first] = given;
  return first === undefined ? undefined : { [first[0]]: first[1] };
}

function print({ findings, recommendation, limits }: FindingsReport, io: Io): void {
  io.out(findings.length === 0 ? 'The results cannot tell anything apart yet.' : formatTable(findings, COLUMNS));
  for (const slug of new Set(findings.map((finding) => finding.slug))) {
    const meaning = meaningOf(slug);
    if (meaning !== undefined) io.out(`${slug}: ${meaning}`);
  }
  io.out(`\n${recommendation.text}`);
  if (recommendation.evidence.length > 0) io.out('Evidence:');
  for (const { says } of recommendation.evidence) io.out(`- ${says}`);
  io.out('Limits:');
  // A refusal's reasons are its text.
  for (const limit of [...(recommendation.scale === null ? [] : recommendation.limits), ...limits])
    io.out(`- ${limit}`);
  const open = findings.find(({ wouldSeparate }) => (wouldSeparate?.trials ?? 0) > 0);
  if (open !== undefined) {
    io.out(`\nTrials that would separate a finding, as a grid: scalesweep findings --separate ${open.id}`);
  }
}

/** `points of top-1 per doubling of FLOPs` as `pt/doubling`: the axis and the finding's name say the rest. */
function shortUnit(unit: string): string {
  return unit
    .replace('points of top-1', 'pt')
    .replace(/ per doubling of .*/, '/doubling')
    .replace(/,.*/, '');
}

const COLUMNS: readonly Column<Finding>[] = [
  { head: 'finding', value: ({ slug }) => slug, align: 'left' },
  { head: 'axis', value: ({ axis }) => axis, align: 'left' },
  {
    head: 'at',
    value: ({ scope }) =>
      Object.entries(scope)
        .map(([what, value]) => `${what} ${Array.isArray(value) ? value.join(' to ') : String(value)}`)
        .join(', '),
    align: 'left',
  },
  { head: 'effect', value: ({ effect, unit }) => (effect === null ? '-' : `${effect.toFixed(2)} ${shortUnit(unit)}`) },
  {
    head: '95 % interval',
    value: ({ interval }) => (interval === null ? '-' : interval.map((end) => end.toFixed(2)).join(' to ')),
  },
  { head: 'pairs', value: ({ pairs }) => pairs },
  { head: 'verdict', value: ({ verdict, effect }) => (effect === null ? 'no data' : verdict), align: 'left' },
];
