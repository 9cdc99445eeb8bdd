import path from 'node:path';
import { openStore, type Attempt } from '../../../results/index.ts';
import { workersOf } from '../../orchestrator/support/processes.ts';
import type { Cluster } from './cluster.ts';

/** Asks the store of a sweep that runs in a folder; `undefined` while it is not made yet, or locked for a moment. */
export function askStore<T>(folder: string, question: (store: ReturnType<typeof openStore>) => T): T | undefined {
  try {
    const store = openStore(path.join(folder, '.scalesweep/results.db'), { mode: 'read' });
    try {
      return question(store);
    } finally {
      store.close();
    }
  } catch {
    return undefined;
  }
}

export interface AttemptAtWork {
  readonly trial: string;
  readonly attempt: number;
  /** The worker whose child executes it, by its number in the cluster. */
  readonly worker: number;
}

/** The attempts that children of a cluster's workers are executing, one per worker. */
export function attemptsAtWork(folder: string, cluster: Cluster): AttemptAtWork[] {
  const children = cluster.workers().map(({ n, child }) => ({ n, pids: workersOf(child.pid!) }));
  return (askStore(folder, (store) => store.running()) ?? []).flatMap(({ pid, state, trial, attempt }) => {
    const worker = children.find(({ pids }) => pid !== null && pids.includes(pid));
    return state === 'running' && worker !== undefined ? [{ trial, attempt, worker: worker.n }] : [];
  });
}

/** All attempts of a trial, the first first. */
export function attemptsOf(folder: string, trial: string): readonly Attempt[] {
  return askStore(folder, (store) => store.trial(trial).attempts) ?? [];
}
