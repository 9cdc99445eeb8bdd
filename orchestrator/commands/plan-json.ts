import type { PlanItem, PlannedTrial } from '../../grids/index.ts';
import type { Io } from '../cli/io.ts';
import type { PlanState } from '../launch/plan/left-tally.ts';
import { engineOf, type PlanView } from './plan-view.ts';

/** Entries written at a time. */
const CHUNK = 500;

/**
 * A plan as one JSON document, written while it is walked: a million cells are never held at a time. Walked twice, since trials and
 * exclusions come mixed and are printed apart.
 */
export function printPlanJson(view: PlanView, io: Io): void {
  const { planned, place, tally, left } = view;
  const { grid, trainer, items } = planned;
  const head = {
    grid: grid.name,
    question: grid.question,
    engine: engineOf(planned),
    trainer: trainer?.name ?? null,
    device: place.device,
  };
  io.out(`${JSON.stringify(head).slice(0, -1)},"trials":[`);
  printList(trialsOf(view), io);
  io.out('],"excluded":[');
  printList(exclusionsOf(items), io);
  const { done, failed, toTrain, workers, wallSeconds, minivalImages } = left.totals();
  const totals = { ...tally.totals(), done, failed, toTrain, workers, wallSeconds, minivalImages };
  io.out(`],"totals":${JSON.stringify(totals)}}`);
}

/** A trial as every JSON document has it: cell, id, seed and predicted cost in one flat object. */
function plannedJson({ trial, cell, cost }: PlannedTrial, state: PlanState): Record<string, unknown> {
  return { id: trial.id, ...cell, seed: trial.spec.seed, ...cost, state };
}

function* trialsOf({ planned, tally, left }: PlanView): Generator<object> {
  for (const item of planned.items) {
    tally.add(item);
    if (item.kind === 'trial') yield plannedJson(item, left.add(item));
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
