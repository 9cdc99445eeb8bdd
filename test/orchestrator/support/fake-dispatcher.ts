import { EVENT_VERSION, type FailureKind, type TrialResult, type WorkerEvent } from '../../../contract/index.ts';
import { resultOf } from '../../fixtures/result.ts';
import type { Assignment, DispatchHandlers, Dispatcher } from '../../../orchestrator/dispatch/dispatcher.ts';

export const RESULT: TrialResult = resultOf(0.8, { seconds: 1 });

/** What an attempt comes to: an end, or `hold` to keep it at work until the dispatcher is stopped. */
export type Fate = 'done' | FailureKind | 'hold';

export interface FakeDispatcher extends Dispatcher {
  /** In the order in which they were handed out. */
  readonly handed: readonly Assignment[];
  readonly settledTrials: readonly string[];
  /** Says something as a worker would. */
  say(...events: WorkerEvent[]): void;
}

/** A dispatcher without processes, one attempt at a time: `fate` decides how each ends. */
export function makeFakeDispatcher(fate: (assignment: Assignment) => Fate): FakeDispatcher {
  const handed: Assignment[] = [];
  const settledTrials: string[] = [];
  const open = new Map<string, Assignment>();
  let handlers: DispatchHandlers | undefined;
  let isStopped = false;
  const say = (...events: WorkerEvent[]): void => handlers?.onEvents(events, 'fake-1');
  const end = (assignment: Assignment, kind: 'done' | FailureKind): void => {
    open.delete(assignment.trial.id);
    const head = { v: EVENT_VERSION as 1, trial: assignment.trial.id, attempt: assignment.attempt };
    say(
      kind === 'done'
        ? { ...head, type: 'done', result: RESULT }
        : { ...head, type: 'failed', kind, message: `told to fail: ${kind}`, step: null },
    );
    if (!isStopped) handlers?.onRoom();
  };
  return {
    parallelism: 1,
    workers: 1,
    handed,
    settledTrials,
    say,
    start: (given) => {
      handlers = given;
      setImmediate(() => handlers?.onRoom());
    },
    slotFor: () => (open.size === 0 && !isStopped ? { worker: 'fake-1', device: 'cpu' } : undefined),
    hand: (_slot, assignment) => {
      handed.push(assignment);
      open.set(assignment.trial.id, assignment);
      const what = fate(assignment);
      if (what !== 'hold') setImmediate(() => open.has(assignment.trial.id) && end(assignment, what));
    },
    settled: (trial) => settledTrials.push(trial),
    stop: async () => {
      isStopped = true;
      for (const assignment of open.values()) end(assignment, 'interrupted');
    },
    kill: () => {
      isStopped = true;
      for (const assignment of open.values()) end(assignment, 'host-lost');
    },
    close: async () => undefined,
  };
}
