import type { Grid, PlanItem, PlannedTrial, PlanTally } from '../../grids/index.ts';
import type { Io } from '../cli/io.ts';

/** Entries written at a time. */
const CHUNK = 500;

/**
 * A plan as one JSON document, written while it is walked: a million cells are never held at a time. Walked twice, since trials and
 * exclusions come mixed and are printed apart.
 */
export function printPlanJson(grid: Grid, plan: Iterable<PlanItem>, tally: PlanTally, io: Io): void {
  io.out(`{"grid":${JSON.stringify(grid.name)},"question":${JSON.stringify(grid.question)},"trials":[`);
  printList(trialsOf(plan, tally), io);
  io.out('],"excluded":[');
  printList(exclusionsOf(plan), io);
  io.out(`],"totals":${JSON.stringify(tally.totals())}}`);
}

/** A trial as every JSON document has it: cell, id, seed and predicted cost in one flat object. */
function plannedJson({ trial, cell, cost }: PlannedTrial): Record<string, unknown> {
  return { id: trial.id, ...cell, seed: trial.spec.seed, ...cost };
}

function* trialsOf(plan: Iterable<PlanItem>, tally: PlanTally): Generator<object> {
  for (const item of plan) {
    tally.add(item);
    if (item.kind === 'trial') yield plannedJson(item);
  }
}

function* exclusionsOf(plan: Iterable<PlanItem>): Generator<object> {
  for (const item of plan) {
    if (item.kind === 'excluded')
      yield { ...item.cell, ...(item.seed === undefined ? {} : { seed: item.seed }), rule: item.rule };
  }
}

function printList(entries: Iterable<object>, io: Io): void {
  let chunk: string[] = [];
  let lead = '';
  const flush = (): void => {
    if (chunk.length === 0) return;
    io.out(lead + chunk.join(',\n'));
    lead = ',';
    chunk = [];
  };
  for (const entry of entries) {
    chunk.push(JSON.stringify(entry));
    if (chunk.length >= CHUNK) flush();
  }
  flush();
}
