/** All that a report shows, taken from the store once. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  costAxes,
  COSTS,
  METRICS,
  packageRoot,
  tooFewToChoose,
  type Budget,
  type CostName,
  type EpochMetrics,
  type MetricName,
} from '../contract/index.ts';
import { computeFindings, type FindingsReport } from '../findings/index.ts';
import { readResults } from '../results/import/index.ts';
import {
  best,
  type Best,
  type CellResult,
  measuredCells,
  pareto,
  epochCurves,
  resultRows,
  type ResultRow,
  type ScopeOptions,
  trainerPrograms,
  type TrainerProgram,
  trialFacts,
  type TrialFacts,
  type SweepRecord,
  type SqliteStore,
  minivalImages,
  otherCosts,
  whatIsMissing,
} from '../results/index.ts';

export interface ReportData {
  readonly sweep: SweepRecord;
  readonly dataset: string;
  /** True when only the sweep's own trials are reported. */
  readonly isOneSweep: boolean;
  readonly cells: readonly CellResult[];
  readonly front: readonly CellResult[];
  /** Trial by trial. */
  readonly rows: readonly ResultRow[];
  /** Of finished trials, by id. */
  readonly curves: ReadonlyMap<string, readonly EpochMetrics[]>;
  readonly bests: readonly Best[];
  /** Whether the budgets are the grid's own. */
  readonly hasBudgets: boolean;
  readonly findings: FindingsReport;
  readonly facts: TrialFacts;
  /** That trained it, where a trainer of the user's own did. */
  readonly programs: readonly TrainerProgram[];
  /** What the results lack to be chosen among by FLOPs, in a sentence. */
  readonly missing: string | undefined;
  /** That choosing among them is luck, in a sentence, where minival is that small. */
  readonly fewImages: string | undefined;
  /** Whose costs the cells have, in a sentence, where they are not those of the networks that were trained. */
  readonly otherCosts: string | undefined;
  /** The paper's Figure 3, where it is installed and not what is reported. */
  readonly paper: readonly CellResult[];
}

export function collect(store: SqliteStore, options: ScopeOptions): ReportData {
  const sweep = store.sweep(options.sweep);
  const cells = measuredCells(store, options);
  const budgets = budgetsOf(sweep);
  const chosen = budgets.length > 0 ? budgets : roundBudgets(cells);
  const bests = (chosen.length > 0 ? chosen : [{}]).map((budget) => best(store, { ...options, budget }));
  const rows = resultRows(store, options);
  const curves = epochCurves(store, options);
  const images = minivalImages(store, options);
  const { front, scope } = pareto(store, options);
  return {
    sweep,
    dataset: scope.dataset,
    isOneSweep: options.sweep !== undefined,
    cells,
    front,
    bests,
    hasBudgets: budgets.length > 0,
    rows,
    curves,
    findings: computeFindings(rows, { curves, ...(images === null ? {} : { minivalImages: images }) }),
    facts: trialFacts(store, options),
    programs: trainerPrograms(store, options),
    missing: whatIsMissing(store, options),
    otherCosts: otherCosts(store, options),
    fewImages: tooFewToChoose(images ?? Infinity),
    paper: sweep.source === 'imported' ? [] : paperCells(),
  };
}

function budgetsOf({ budgets }: SweepRecord): Budget[] {
  return costAxes.flatMap((axis) =>
    (budgets[axis] ?? []).toSorted((a, b) => a - b).map((limit) => ({ [axis]: limit })),
  );
}

/** Where the grid names none: up to five round FLOPs budgets that some but not all cells are under. */
function roundBudgets(cells: readonly CellResult[]): Budget[] {
  const flops = cells.map((cell) => cell.flops ?? 0).filter((value) => value > 0);
  if (flops.length === 0) return [];
  const [low, high] = [Math.min(...flops), Math.max(...flops)];
  const rounds: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high) + 1; power++) {
    for (const step of [1, 2, 5]) rounds.push(Number(`${step}e${power}`));
  }
  const within = rounds.filter((budget) => budget >= low && budget < high);
  const beyond = rounds.find((budget) => budget >= high);
  const all = beyond === undefined ? within : [...within, beyond];
  const every = Math.ceil(all.length / 5);
  return all.filter((_, i) => (all.length - 1 - i) % every === 0).map((budget) => ({ flops: budget }));
}

const NOT_MEASURED = Object.fromEntries([...COSTS, ...METRICS].map(({ name }) => [name, null])) as Readonly<
  Record<CostName | MetricName, null>
>;

/** The package may have been installed without the published tables. */
function paperCells(): CellResult[] {
  const file = path.join(packageRoot(), 'results', 'published', 'figure3.csv');
  if (!existsSync(file)) return [];
  return readResults(readFileSync(file, 'utf8'), file, {}).results.flatMap((row) =>
    row.minivalTop1 === undefined || row.minivalTop1 === null
      ? []
      : [
          {
            ...NOT_MEASURED,
            ...row,
            axes: {},
            minivalTop1: row.minivalTop1,
            interval: null,
            seeds: 1,
            failedSeeds: 0,
          },
        ],
  );
}
