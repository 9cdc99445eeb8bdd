import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { isScalesweepError, TRIAL_ID } from '../../../contract/index.ts';
import type { Store } from '../../../results/index.ts';
import { openCheckpoints, statePaths } from '../../../worker/index.ts';

/** Where the checkpoints of a store's trials are: beside it. */
export function checkpointFolder(db: string): string {
  return statePaths(path.dirname(db)).checkpoints;
}

/**
 * Removes the checkpoints of trials that are finished: what is left by an orchestrator that died between storing a result and
 * removing them. Those of failed trials are removed too; `retry` starts them from the beginning.
 */
export async function tidyCheckpoints(folder: string, store: Pick<Store, 'trial'>): Promise<void> {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (TRIAL_ID.test(name) && isOver(store, name)) await openCheckpoints(folder, name).clear();
  }
}

function isOver(store: Pick<Store, 'trial'>, id: string): boolean {
  try {
    const { state } = store.trial(id);
    return state === 'done' || state === 'failed';
  } catch (error) {
    // It belongs to another store in the same folder.
    if (isScalesweepError(error) && error.code === 'NOT_FOUND') return false;
    throw error;
  }
}
