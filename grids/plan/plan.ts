/** The plan of a grid: its trials with their cost, and what was cut by which rule, as a stream in a stable order. */
import {
  formatAmount,
  makeTrial,
  parseAmount,
  type Trial,
  type TrialCost,
  type TrialSpec,
} from '../../contract/index.ts';
import { costKey, CostMemo, type CostOrReason } from './cost-memo.ts';
import { IdSet } from './id-set.ts';
import { GridError, type Place } from '../read/problems.ts';
import type { Scope } from '../expression/expression.ts';
import type { Constraint, GridProgram } from '../read/program.ts';
import { resolveCell, specOf } from './resolve.ts';
import { TRIED_WHEN_READ, tryCells } from './try-cells.ts';
import type { Cell } from '../cell.ts';
import type { Grid } from '../grid.ts';

/** A trial that the grid asks for, and what it will cost. */
export interface PlannedTrial {
  readonly trial: Trial;
  readonly cell: Cell;
  readonly cost: TrialCost;
}

/** A cell that was cut, and the rule that cut it. Without `seed`, all the cell's trials are cut. */
interface Exclusion {
  readonly cell: Cell;
  readonly seed?: number;
  /** A constraint as it was written, or why the network cannot be built. */
  readonly rule: string;
}

export type PlanItem = ({ readonly kind: 'trial' } & PlannedTrial) | ({ readonly kind: 'excluded' } & Exclusion);

export interface PlanOptions {
  /** Cuts cells whose forward pass of one image costs more. */
  readonly maxFlops?: number;
  /** Cuts trials whose whole training costs more. */
  readonly maxTrainFlops?: number;
}

/** Why a cell is cut when a list names it twice. */
export const DUPLICATE_RULE = 'the same trial as an earlier cell';

/**
 * Plans a grid. What is returned can be walked any number of times, and holds nothing but the costs of recent networks.
 * Cells come in the order of the axes (the first varies slowest), a cell's seeds one after the other, each trial id once.
 *
 * @throws {GridError} when no trial is left, with the rules that cut them, or when a rule gives a value that its setting
 * does not take in some cell. Both are found before anything is planned, so that walking the plan does not fail half-way.
 */
export function planGrid(grid: Grid, options: PlanOptions = {}): Iterable<PlanItem> {
  tryCells(grid.program, TRIED_WHEN_READ, Infinity);
  const costs = new CostMemo(undefined, grid.costOf);
  const caps = capsOf(options);
  const walk = (): Generator<PlanItem> => items(grid.program, caps, costs);
  refuseEmpty(grid.program, walk());
  return { [Symbol.iterator]: walk };
}

/** One trial of every distinct network of a grid, before any is cut for its cost. */
export function distinctNetworks({ program }: Grid): TrialSpec[] {
  const found = new Map<string, TrialSpec>();
  for (let index = 0; index < program.space.size; index++) {
    const { settings } = resolveCell(program, index);
    if (program.constraints.some((constraint) => !constraint.needsCost && !holds(constraint, settings))) continue;
    const spec = specOf(program, settings, program.seeds[0]!);
    const key = costKey(spec);
    if (!found.has(key)) found.set(key, spec);
  }
  return [...found.values()];
}

interface Cap {
  readonly rule: string;
  readonly allows: (cost: TrialCost) => boolean;
}

function capsOf({ maxFlops, maxTrainFlops }: PlanOptions): Cap[] {
  const caps: Cap[] = [];
  if (maxFlops !== undefined)
    caps.push({ rule: `flops <= ${exact(maxFlops)} (--max-flops)`, allows: ({ flops }) => flops <= maxFlops });
  if (maxTrainFlops !== undefined) {
    caps.push({
      rule: `trainFlops <= ${exact(maxTrainFlops)} (--max-train-flops)`,
      allows: ({ trainFlops }) => trainFlops <= maxTrainFlops,
    });
  }
  return caps;
}

/** With a suffix where that is exact. */
function exact(amount: number): string {
  const short = formatAmount(amount);
  return parseAmount(short) === amount ? short : String(amount);
}

function* items(program: GridProgram, caps: readonly Cap[], costs: CostMemo): Generator<PlanItem> {
  const seen = program.space.overlaps ? new IdSet() : undefined;
  const [first, ...others] = program.seeds;
  for (let index = 0; index < program.space.size; index++) {
    const { cell, settings } = resolveCell(program, index);
    const cheap = program.constraints.find((constraint) => !constraint.needsCost && !holds(constraint, settings));
    if (cheap !== undefined) {
      yield { kind: 'excluded', cell, rule: cheap.text };
      continue;
    }
    const spec = specOf(program, settings, first!);
    const verdict = judge(program, settings, costs.costOf(spec), caps);
    if ('rule' in verdict) {
      yield { kind: 'excluded', cell, rule: verdict.rule };
      continue;
    }
    const trial = makeTrial(spec);
    if (seen?.add(trial.id) === false) {
      yield { kind: 'excluded', cell, rule: DUPLICATE_RULE };
      continue;
    }
    const { cost } = verdict;
    yield { kind: 'trial', trial, cell, cost };
    for (const seed of others) yield { kind: 'trial', trial: makeTrial({ ...spec, seed }), cell, cost };
  }
}

const holds = (constraint: Constraint, scope: Scope): boolean => constraint.evaluate(scope) === true;

/** The cost of a cell that nothing cuts, or the first rule that cuts it. */
function judge(
  { constraints }: GridProgram,
  settings: Scope,
  found: CostOrReason,
  caps: readonly Cap[],
): { cost: TrialCost } | { rule: string } {
  if ('reason' in found) return { rule: found.reason };
  const { cost } = found;
  const costly = constraints.filter((constraint) => constraint.needsCost);
  // `ownCost` refuses a constraint over what the trainer does not say.
  const scope = costly.length > 0 ? ({ ...settings, ...cost } as Scope) : settings;
  const rule =
    costly.find((constraint) => !holds(constraint, scope))?.text ?? caps.find((cap) => !cap.allows(cost))?.rule;
  return rule === undefined ? { cost } : { rule };
}

/** A plan without trials answers nothing: almost always a mistake in a constraint. */
function refuseEmpty(program: GridProgram, plan: Iterable<PlanItem>): void {
  const cut = new Map<string, number>();
  for (const item of plan) {
    if (item.kind === 'trial') return;
    cut.set(item.rule, (cut.get(item.rule) ?? 0) + 1);
  }
  const problems = [...cut].map(([rule, cells]) => ({
    ...ruleAt(rule, program),
    message: `Expected at least one trial to remain, got all ${program.space.size} cells cut: ${cells} by \`${rule}\``,
  }));
  throw new GridError(program.file, problems.slice(0, 10), 'Loosen the rule, or widen the axes.');
}

/** Of a constraint; of the axes for what no line of the file says (caps, and networks that cannot be built). */
function ruleAt(rule: string, { constraints, placeOf }: GridProgram): Place {
  return constraints.find(({ text }) => text === rule)?.place ?? placeOf('axes');
}
