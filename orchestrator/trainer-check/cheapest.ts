import { makeTrial, type Trial } from '../../contract/index.ts';
import type { Cell, PlanItem } from '../../grids/index.ts';

/** Enough for one resume in the middle and one after the last epoch. */
export const CHECKED_EPOCHS = 2;

export interface CheckedTrial {
  readonly trial: Trial;
  readonly cell: Cell;
}

/** The trial of the cell whose images cost least, the first of several, trained for two epochs, not as long as the grid asks. */
export function cheapestTrial(items: Iterable<PlanItem>): CheckedTrial {
  let found: { flops: number; item: Extract<PlanItem, { kind: 'trial' }> } | undefined;
  for (const item of items) {
    if (item.kind !== 'trial') continue;
    const flops = item.cost.flops * item.trial.spec.data.trainImages;
    if (found === undefined || flops < found.flops) found = { flops, item };
  }
  if (found === undefined) throw new Error('Expected a plan with a trial, got none');
  const { trial, cell } = found.item;
  return {
    trial: makeTrial({ ...trial.spec, epochs: CHECKED_EPOCHS }),
    cell: { ...cell, epochs: CHECKED_EPOCHS },
  };
}
